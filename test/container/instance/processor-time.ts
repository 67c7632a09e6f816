/** Milliseconds of this thread's processor time, as other programs share the machine. */
export function processorTime(run: () => void): number {
  const start = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}
