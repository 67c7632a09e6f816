/** Name of the tool of an operation: `campaigns/get-all` becomes `campaigns_get_all`. */
export function toolName(operationId: string): string {
  return operationId.replace(/[/-]/g, '_');
}
