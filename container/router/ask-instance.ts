import type { IncomingHttpHeaders } from 'node:http';
import { InstanceAttempt, type InstanceConnections, type InstanceFailure, type InstanceRequest } from './instance-connections.ts';
import type { RouteTarget } from './ports.ts';

export interface InstanceAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** More than any answer to what the router itself asks. */
const maxBytes = 1024 * 1024;

/**
 * Asks a process on the router's own behalf and reads the whole answer. Never rejects: answers with the failure where the process
 * could not be reached, broke off or did not finish within `timeoutMs`.
 */
export function askInstance(
  connections: InstanceConnections,
  target: RouteTarget,
  request: InstanceRequest,
  timeoutMs: number,
): Promise<InstanceAnswer | InstanceFailure> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    const settle = (outcome: InstanceAnswer | InstanceFailure) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const giveUp = (failure: InstanceFailure) => {
      attempt.abandon();
      settle(failure);
    };
    const attempt = new InstanceAttempt({
      onAnswer(answerStatus, answerHeaders) {
        status = answerStatus;
        headers = answerHeaders;
      },
      onChunk(chunk) {
        size += chunk.length;
        if (size > maxBytes) giveUp('lost');
        else chunks.push(chunk);
        return true;
      },
      onEnd: () => settle({ status, headers, body: Buffer.concat(chunks) }),
      onFailure: settle,
    });
    const timer = setTimeout(() => giveUp('timed-out'), timeoutMs);
    timer.unref();
    connections.send(target, request, attempt);
  });
}
