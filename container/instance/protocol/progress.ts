import type { CallContext } from '../features/mcp-features.ts';

export interface ProgressNotification {
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number; total?: number; message?: string };
}

const noProgress: CallContext['progress'] = () => undefined;

/**
 * Sends progress notifications where the client asked for them with a token; a client that did not gets its answer as plain JSON.
 * They only ever go up, as the protocol asks.
 * @param progressToken What the client gave for it. What is neither text nor number is no token.
 */
export function progressSender(
  progressToken: unknown,
  signal: AbortSignal,
  send: (notification: ProgressNotification) => void,
): CallContext['progress'] {
  if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return noProgress;
  let last = Number.NEGATIVE_INFINITY;
  return (progress, total, message) => {
    if (signal.aborted || progress <= last) return;
    last = progress;
    const params = {
      progressToken,
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    };
    send({ method: 'notifications/progress', params });
  };
}
