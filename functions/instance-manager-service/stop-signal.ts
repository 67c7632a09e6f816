/** Imports nothing, so that it listens before anything else is loaded. */

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());

/** Aborted when this process is asked to stop. Asking again changes nothing: whoever cannot wait sends SIGKILL, as ECS does. */
export const stopSignal: AbortSignal = stop.signal;
