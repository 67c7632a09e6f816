import type { LogFields, Logger } from '../../../functions/api/platform.ts';

/** Keeps what was logged. */
export class InMemoryLogger implements Logger {
  readonly entries: { level: 'info' | 'warn' | 'error'; message: string; fields: LogFields }[] = [];

  info(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'info', message, fields });
  }

  warn(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'warn', message, fields });
  }

  error(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'error', message, fields });
  }
}
