import type { Launcher } from '../functions/ports.ts';

export interface EndListener {
  /** The instance is about to be ended; what is to be read of it is read now. */
  ending(instanceId: string): Promise<void>;
  /** The instance has ended, by itself or because it was told to: not before it had finished its calls. */
  ended(instanceId: string): void;
}

/** The same launcher, but somebody hears of every instance that ends. */
export function announcingEnds(launcher: Launcher, { ending, ended }: EndListener): Launcher {
  launcher.onExit(({ instanceId, replica = 0 }) => {
    // The others serve on without a replica: the router notices by itself that it is gone.
    if (replica === 0) ended(instanceId);
  });
  return {
    launch: (request) => launcher.launch(request),
    stop: async (...parameters) => {
      await ending(parameters[0]);
      await launcher.stop(...parameters);
      ended(parameters[0]);
    },
    stopReplica: (...parameters) => launcher.stopReplica(...parameters),
    list: (instanceId) => launcher.list(instanceId),
    onExit: (listener) => launcher.onExit(listener),
    onLog: (listener) => launcher.onLog(listener),
  };
}
