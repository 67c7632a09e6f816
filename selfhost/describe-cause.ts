/** A cause in one line for a log: the name and message of an error, without its stack. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
