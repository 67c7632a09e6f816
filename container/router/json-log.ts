export type LogFields = Record<string, string | number | boolean | undefined>;

/** One JSON object a line, `{time, level, message, ...}`, as CloudWatch Logs takes for a structured event. */
export class JsonLog {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields);
  }

  #log(level: string, message: string, fields: LogFields = {}): void {
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  }
}

/** An error and what caused it, in one line and without their stacks. */
export function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own} (${describeCause(error.cause)})`;
}
