import type { RunningProcess, Violation } from '../../ports.ts';
import { processesOf } from '../scaling.ts';
import { instancesById, mayNotRun, type ObservedInstance, processName, type Snapshot } from './snapshot.ts';

/** Every process belongs to one live instance that wants it, and no instance has the same process twice. */
export function* checkProcesses(snapshot: Snapshot): Generator<Violation, void, undefined> {
  const instances = instancesById(snapshot.instances);
  const seen = new Set<string>();
  for (const process of snapshot.processes) {
    const { instanceId, replica = 0, runtime } = process;
    if (snapshot.isLookedAfter(instanceId)) continue;
    const found = wrongWith(process, instances.get(instanceId));
    if (found) yield { ...found, subject: runtime.ref, instanceId };
    const name = JSON.stringify([instanceId, replica]);
    if (seen.has(name)) {
      const detail = `There are two processes that are ${processName(replica)} of the instance.`;
      yield { kind: 'process_doubled', subject: runtime.ref, instanceId, detail };
    }
    seen.add(name);
  }
  for (const { instanceId, processId } of snapshot.leftovers) {
    const detail = 'A process that an earlier run of the platform launched still lives.';
    yield { kind: 'process_left_over', subject: String(processId), instanceId, detail };
  }
  const known = new Set(snapshot.warm?.known.map(({ id }) => id));
  for (const { id, ref } of snapshot.warm?.running ?? []) {
    if (known.has(id)) continue;
    const detail = 'A process waits for a customer that the warm pool does not know of.';
    yield { kind: 'warm_process_unknown', subject: ref, instanceId: null, detail };
  }
}

function wrongWith(
  { replica = 0, runtime }: RunningProcess,
  instance: ObservedInstance | undefined,
): Pick<Violation, 'kind' | 'detail'> | undefined {
  if (!instance) return { kind: 'process_without_instance', detail: 'It runs for an instance that does not exist.' };
  if (mayNotRun(instance)) {
    return { kind: 'process_not_wanted', detail: `It runs, but the instance is ${instance.status}.` };
  }
  if (instance.status !== 'running') return undefined;
  if (replica >= processesOf(instance)) {
    return { kind: 'process_not_wanted', detail: `It is ${processName(replica)}, but ${processesOf(instance)} are wanted.` };
  }
  if (replica === 0 && instance.runtime?.ref !== runtime.ref) {
    return { kind: 'process_not_recorded', detail: 'It runs, but the instance has another process recorded, or none.' };
  }
  return undefined;
}
