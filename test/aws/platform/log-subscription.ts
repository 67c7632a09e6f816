import { gzipSync } from 'node:zlib';
import type { LogsEvent } from '../../../functions/events/instance-logs.ts';

type Handler = (event: LogsEvent) => Promise<void>;

/** Hands what tasks print to a function, as the subscription of a log group does: complete lines, one stream an event. */
export class LogSubscription {
  readonly #incomplete = new Map<string, string>();
  readonly #early: LogsEvent[] = [];
  #handler: Handler | undefined;
  #events = 0;

  /** What was printed before is handed over first. */
  deliverTo(handler: Handler): void {
    this.#handler = handler;
    for (const event of this.#early.splice(0)) void handler(event);
  }

  print(logStream: string, text: string): void {
    const lines = `${this.#incomplete.get(logStream) ?? ''}${text}`.split('\n');
    this.#incomplete.set(logStream, lines.pop() ?? '');
    if (lines.length === 0) return;
    const event = this.#eventOf(logStream, lines);
    if (this.#handler === undefined) this.#early.push(event);
    else void this.#handler(event);
  }

  #eventOf(logStream: string, lines: string[]): LogsEvent {
    const logEvents = lines.map((message) => {
      this.#events += 1;
      return { id: String(this.#events).padStart(56, '3'), timestamp: Date.now(), message };
    });
    const about = { messageType: 'DATA_MESSAGE', owner: '123456789012', logGroup: 'instances', subscriptionFilters: ['all'] };
    return { awslogs: { data: gzipSync(JSON.stringify({ ...about, logStream, logEvents })).toString('base64') } };
  }
}
