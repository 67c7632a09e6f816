import { recordEvent } from '../../domain/event-recording.ts';
import { changeInstance } from '../../domain/instance-change.ts';
import { wordsWhileLaunching } from '../../domain/instance-operations.ts';
import { instanceStatusText } from '../../domain/instance-status-text.ts';
import type { Instance } from '../../ports.ts';
import type { LifecyclePorts } from '../lifecycle-ports.ts';
import type { LifecyclePlan, LifecycleState } from '../lifecycle-state.ts';
import { canMove, serves, statusDuring } from '../lifecycle-states.ts';
import { isAlive } from './launch-fence.ts';
import { defineTask } from './task.ts';

const none: LifecyclePlan = { action: 'none' };

/**
 * Decides what the operation still has to do: nothing where the customer wants something else by now or where it is done
 * already, so that asking twice changes nothing. Otherwise shows in the status that work began.
 */
export const beginOperation = defineTask('BeginOperation', async (ports, state): Promise<LifecyclePlan> => {
  const { instanceId, operation } = state;
  const instance = await ports.instances.findById(instanceId);
  // A delete whose row is gone may still have left a process, a route or a secret behind, so it runs to its end once more.
  if (!instance) return operation === 'delete' ? { action: 'delete' } : none;
  if (!serves(operation, instance.desiredState)) return none;
  if (operation === 'delete') return { action: 'delete' };
  if (operation === 'sleep') return beginSleep(ports, state);
  if (operation === 'stop') return beginStop(ports, instance, state);
  if (operation === 'start' && (await isServing(ports, instance)) && (await confirmRunning(ports, state))) return none;

  const began = await moveTo(ports, state, operation);
  if (!began) return none;
  await recordEvent(ports, instanceId, 'starting', startingMessage(state, instance));
  return { action: 'launch' };
});

async function beginStop(ports: LifecyclePorts, instance: Instance, state: LifecycleState): Promise<LifecyclePlan> {
  const running = await ports.launcher.list(instance.id);
  const atRest = instance.status === 'stopped' && !instance.runtime;
  if (atRest && !running.some((entry) => entry.instanceId === instance.id)) return none;
  // A suspended instance stays suspended, but nothing of it may run.
  if (instance.status === 'suspended') return { action: 'stop' };
  return (await moveTo(ports, state, 'stop')) ? { action: 'stop' } : none;
}

/**
 * Shows the instance as sleeping before its route goes: a call that finds no route from here on sees that it may wake it. One that is
 * called again by now stays awake.
 */
async function beginSleep(ports: LifecyclePorts, state: LifecycleState): Promise<LifecyclePlan> {
  const activity = await ports.activity?.read(state.instanceId);
  if (activity !== undefined && activity.requestsInFlight > 0) return none;
  const began = await changeInstance(ports.instances, state.instanceId, (present) =>
    serves(state.operation, present.desiredState) && present.status === 'running'
      ? { status: 'sleeping', ...instanceStatusText('sleeping') }
      : undefined,
  );
  if (began) return { action: 'sleep' };
  // A task that is run twice: the first run did the above.
  const present = await ports.instances.findById(state.instanceId);
  return present?.status === 'sleeping' && serves(state.operation, present.desiredState) ? { action: 'sleep' } : none;
}

/** Whether the recorded process is alive and reachable: it then passed its health check, so there is nothing to launch. */
async function isServing(ports: LifecyclePorts, instance: Instance): Promise<boolean> {
  if (!instance.runtime || !(await isAlive(ports.launcher, instance.id, instance.runtime))) return false;
  return (await ports.routes.get(instance.id))?.address === instance.runtime.address;
}

/**
 * Puts right a status that was set in expectation of a launch which is not needed. Answers whether the instance shows as running
 * now; one that may not move there without a launch is launched after all.
 */
async function confirmRunning(ports: LifecyclePorts, state: LifecycleState): Promise<boolean> {
  let isRunning = false;
  await changeInstance(ports.instances, state.instanceId, (present) => {
    isRunning = serves(state.operation, present.desiredState) && canMove(present.status, 'running');
    if (!isRunning || present.status === 'running') return undefined;
    return { status: 'running', ...instanceStatusText('running') };
  });
  return isRunning;
}

async function moveTo(
  ports: LifecyclePorts,
  state: LifecycleState,
  operation: 'start' | 'restart' | 'stop',
): Promise<Instance | undefined> {
  return changeInstance(ports.instances, state.instanceId, (present) => {
    const status = statusDuring(operation, present.status);
    if (!serves(state.operation, present.desiredState) || !canMove(present.status, status)) return undefined;
    // A recovery keeps the reason that says what the instance died of until it runs again.
    if (state.recovery && present.status === status) return { status };
    return { status, ...wordsWhileLaunching(present.status, status) };
  });
}

function startingMessage(state: LifecycleState, { status }: Instance): string {
  if (state.reason !== undefined) return state.reason;
  if (state.recovery && status === 'sleeping') return 'A request woke the instance.';
  if (state.recovery) return 'The platform brings the instance back.';
  return state.operation === 'restart' ? 'A restart was asked for.' : 'A start was asked for.';
}
