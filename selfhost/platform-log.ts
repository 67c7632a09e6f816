import { mkdirSync } from 'node:fs';
import { createStream } from 'rotating-file-stream';
import type { LogFields, Logger } from '../functions/api/platform.ts';

export interface PlatformLog extends Logger {
  close(): Promise<void>;
}

/**
 * The platform's own log: one JSON object a line in `<folder>/platform.log`, readable by its owner alone, at most five files of
 * 10 MB. Instances' logs live apart, in the database.
 */
export function openPlatformLog(folder: string): PlatformLog {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stream = createStream('platform.log', { path: folder, size: '10M', maxFiles: 5, mode: 0o600 });
  // A full disk must not end the service; what cannot be written is lost, and the service goes on.
  stream.on('error', () => {});
  const write = (level: string, message: string, fields: LogFields = {}) => {
    stream.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
  return {
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
