import type { InstanceLogLine } from '../../../core/instance-configuration.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const satisfies InstanceLogLine['level'][];
export type LogLevel = InstanceLogLine['level'];

const togetherMs = 10;

/** Where an instance records what happens. Never hand it answers, keys or tokens, and arguments only as createArgumentLog leaves them. */
export interface Log {
  write(line: Omit<InstanceLogLine, 'time'>): void;
  /** Writes out what is still held back. */
  flush(): void;
}

/**
 * A log of JSON lines. Lines that come close together are written together, because each write to a pipe blocks. A process that ends
 * has to {@link Log.flush} it.
 * @param output Standard error: standard output belongs to the protocol.
 * @param labels Put into every line; they may still change.
 */
export function createLog(
  output: { write(text: string): unknown },
  lowestLevel: LogLevel,
  labels: Readonly<Pick<InstanceLogLine, 'instanceId'>> = {},
): Log {
  const lowest = logLevels.indexOf(lowestLevel);
  let held = '';
  const flush = () => {
    const text = held;
    held = '';
    if (text !== '') output.write(text);
  };
  return {
    write(line) {
      if (logLevels.indexOf(line.level) < lowest) return;
      if (held === '') setTimeout(flush, togetherMs).unref();
      held += `${JSON.stringify({ time: new Date().toISOString(), ...line, ...labels })}\n`;
    },
    flush,
  };
}
