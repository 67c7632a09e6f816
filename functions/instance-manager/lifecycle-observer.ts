/** Told what happens to instances, to be counted or acted upon. Must neither throw nor take long. */
export interface LifecycleObserver {
  /** An instance that slept serves again. `milliseconds` is from the request that woke it until it was ready. */
  woke?(instanceId: string, milliseconds: number): void;
  /** An instance's process ended by itself, or was ended because it did not answer, or could not be brought back. */
  died?(instanceId: string): void;
}

/** All of them as one. */
export function observeTogether(...observers: readonly LifecycleObserver[]): LifecycleObserver {
  return {
    woke: (instanceId, milliseconds) => {
      for (const observer of observers) observer.woke?.(instanceId, milliseconds);
    },
    died: (instanceId) => {
      for (const observer of observers) observer.died?.(instanceId);
    },
  };
}
