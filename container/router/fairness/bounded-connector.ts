import { buildConnector } from 'undici';
import { ConcurrencyGate } from './concurrency-gate.ts';

/**
 * Makes undici's connections to instances so that only so many to one process are being made at once: a storm at one instance does
 * not fill the queues of the system for all. A connection's time runs from when it is its turn.
 */
export function boundedConnector(options: { connectTimeoutMs: number; maxAtOnce: number }): buildConnector.connector {
  const connect = buildConnector({ timeout: options.connectTimeoutMs, allowH2: false });
  const gate = new ConcurrencyGate(options.maxAtOnce);
  return (target, callback) => {
    gate.enter(`${target.hostname}:${target.port}`, (leave) => {
      connect(target, (...outcome) => {
        leave();
        callback(...outcome);
      });
    });
  };
}
