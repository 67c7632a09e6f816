import type { IncomingHttpHeaders } from 'node:http';
import { appendHeadersForClient } from '../instance-headers.ts';

/** What the head of a process's answer says of what follows. */
export interface AnswerHead {
  /** For the client, as name and value in turn. */
  headers: string[];
  contentLength: number | undefined;
  isStream: boolean;
  /** A stream that is compressed: nothing can be told of its events. */
  isOpaque: boolean;
}

/** @param commonHeaders What every answer to this client carries. */
export function readAnswerHead(headers: IncomingHttpHeaders, commonHeaders: readonly string[]): AnswerHead {
  const forClient = [...commonHeaders];
  appendHeadersForClient(headers, forClient);
  forClient.push('Cache-Control', 'no-store');
  const isStream = isEventStream(headers);
  if (isStream) forClient.push('X-Accel-Buffering', 'no');
  const encoding = headers['content-encoding'];
  return {
    headers: forClient,
    contentLength: headers['content-length'] === undefined ? undefined : Number(headers['content-length']),
    isStream,
    isOpaque: isStream && encoding !== undefined && encoding !== 'identity',
  };
}

export function isEventStream(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('text/event-stream') === true;
}
