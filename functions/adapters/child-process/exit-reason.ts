/** What V8 prints when the heap limit is reached, before it aborts the process and prints many lines more. */
const heapLimitMessage = /JavaScript heap out of memory|Reached heap limit/;

/** Whether a line says that the process is about to die of lack of memory. */
export function tellsOfLackOfMemory(line: string): boolean {
  return heapLimitMessage.test(line);
}

/** Says in words how a process ended, such as `ended with exit code 1` or `was killed by SIGKILL`. */
export function exitReason(exit: { code: number | null; signal: NodeJS.Signals | null; lackedMemory: boolean }): string {
  if (exit.lackedMemory) return 'ran out of memory';
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return `ended with exit code ${exit.code ?? 'unknown'}`;
}
