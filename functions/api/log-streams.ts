import { quotas, refuseBeyond, workspaceLogStreams } from '../domain/quotas.ts';
import type { Platform } from './platform.ts';

/** The streams open now by workspace, as the times when each ends at the latest, in milliseconds. One process serves them all. */
const openStreams = new WeakMap<Platform, Map<string, Set<{ endsAt: number }>>>();

/**
 * Counts one more stream of the workspace, until the signal is aborted or the returned function is called, and in any case no longer
 * than it can live: a stream that was never read gives its place back too. Throws ProblemError `limit-reached`.
 */
export function reserveLogStream(platform: Platform, workspaceId: string, longestLife: number, signal: AbortSignal): () => void {
  const byWorkspace = openStreams.get(platform) ?? new Map<string, Set<{ endsAt: number }>>();
  openStreams.set(platform, byWorkspace);
  const streams = byWorkspace.get(workspaceId) ?? new Set();
  const now = platform.clock.now().getTime();
  for (const stream of streams) if (stream.endsAt <= now) streams.delete(stream);
  refuseBeyond(quotas.logStreamsInWorkspace, streams.size, workspaceLogStreams);

  const stream = { endsAt: now + longestLife };
  byWorkspace.set(workspaceId, streams.add(stream));
  const release = () => {
    streams.delete(stream);
    if (streams.size === 0 && byWorkspace.get(workspaceId) === streams) byWorkspace.delete(workspaceId);
    signal.removeEventListener('abort', release);
  };
  signal.addEventListener('abort', release, { once: true });
  if (signal.aborted) release();
  return release;
}
