import { useSyncExternalStore } from 'react';

/** Whether the last answer came: `unreachable` where there was none, `unavailable` where it was 503. */
export type Connectivity = 'connected' | 'unreachable' | 'unavailable';

let current: Connectivity = 'connected';
const listeners = new Set<() => void>();

/** Notes how the latest request went; the banner at the top of every page follows it. */
export function reportConnectivity(next: Connectivity): void {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

export function useConnectivity(): Connectivity {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
