import type { McpFeatures } from '../features/mcp-features.ts';

interface MethodCall {
  method: string;
  params?: unknown;
}

/**
 * Makes the rule which requests go on when their client has left: calls of tools that change something. To stop one of those half way
 * would leave its client, when it comes back, with no way to know how far it came.
 */
export function createOutlivingRule({ tools }: McpFeatures): (request: MethodCall) => boolean {
  const reads = new Set(tools.list.tools.filter(({ annotations }) => annotations?.readOnlyHint === true).map(({ name }) => name));
  return ({ method, params }) =>
    method === 'tools/call' && !reads.has((params as { name?: unknown } | undefined)?.name as string);
}
