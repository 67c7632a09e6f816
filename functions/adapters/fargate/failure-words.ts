import { ClientException, ECSServiceException, type Failure, InvalidParameterException, type Task } from '@aws-sdk/client-ecs';
import { LaunchFailed, launchRefused } from '../../ports.ts';

/** What ECS says of a task that ended; events call everything the same. Source: `Task` and `Container` of the ECS API reference. */
export interface EndedTask {
  stopCode?: string | undefined;
  stoppedReason?: string | undefined;
  containers?: readonly { exitCode?: number | undefined; reason?: string | undefined }[] | undefined;
}

/** With this the platform asks for the end of a task, and ECS repeats it: such an end is no news. */
export const endReason = 'Ended by the platform.';

/** How a task ended, in words that follow "The instance", and whether its memory did not suffice. */
export function exitOf(task: EndedTask): { reason: string; outOfMemory: boolean } {
  const { exitCode, reason = '' } = task.containers?.[0] ?? {};
  // 137 with this reason is the kernel's doing; 134 is an abort, which a program without native code meets when V8's heap is full.
  if (/OutOfMemory/i.test(reason) || exitCode === 134) return { reason: 'ran out of memory', outOfMemory: true };
  return { reason: exitWords(task, exitCode), outOfMemory: false };
}

function exitWords({ stopCode, stoppedReason = '' }: EndedTask, exitCode: number | undefined): string {
  if (stopCode === 'SpotInterruption' || /spot/i.test(stoppedReason)) return 'was ended by AWS, which needed its Spot capacity';
  if (stopCode === 'TerminationNotice' || /maintenance|retire/i.test(stoppedReason)) return 'was ended by AWS for maintenance';
  if (stopCode === 'UserInitiated') return 'was ended by an operator';
  if (stopCode === 'TaskFailedToStart') return `could not start: ${startFailureWords(stoppedReason)}`;
  if (exitCode === undefined) return 'was ended by AWS';
  if (exitCode === 137) return 'was killed by SIGKILL';
  if (exitCode === 143) return 'was killed by SIGTERM';
  return `ended with exit code ${exitCode}`;
}

/** Why a task did not come up, from a text of AWS that may name accounts and paths and so is not for customers. */
function startFailureWords(text: string): string {
  if (/CannotPull|pull image|PullContainer/i.test(text)) return 'its image could not be pulled';
  if (/secret|ssm|kms/i.test(text)) return 'its Smartlead key could not be fetched from the secret store';
  if (isLackOfCapacity(text)) return lackOfCapacity;
  if (/address|subnet|network interface|\bENI\b/i.test(text)) return 'it got no address on the private network';
  if (/log/i.test(text)) return 'its log could not be opened';
  return 'AWS could not prepare it';
}

const lackOfCapacity = 'AWS has no free capacity for it at the moment';

/** Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html */
function isLackOfCapacity(text: string): boolean {
  return /capacity is unavailable|RESOURCE:|insufficient capacity/i.test(text);
}

/** The launch failed because its task ended. What AWS says goes along for operators. */
export function taskEnded(task: Task): LaunchFailed {
  const { stopCode, stoppedReason = '' } = task;
  if (stopCode === 'TaskFailedToStart') {
    return new LaunchFailed(`${launchRefused}${startFailureWords(stoppedReason)}.`, { cause: causeOf(task) });
  }
  const { reason } = exitOf({ ...task, stopCode });
  return new LaunchFailed(`The instance ${reason} before it was ready.`, { cause: causeOf(task) });
}

function causeOf({ taskArn, stopCode, stoppedReason, containers }: Task): Error {
  const container = containers?.[0]?.reason;
  const parts = [stopCode, stoppedReason, container].filter((part) => part !== undefined && part !== '');
  return new Error(`${taskArn}: ${parts.join('; ') || 'no reason given'}`);
}

/** No task was started: ECS said why in its answer. */
export function refusedByFailure({ reason = '', detail = '' }: Pick<Failure, 'reason' | 'detail'>): StartRefused {
  return new StartRefused(`${reason} ${detail}`.trim());
}

/** ECS refused to start a task, so there is none. `message` is AWS's own. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';

  get isForLackOfCapacity(): boolean {
    return isLackOfCapacity(this.message);
  }

  /** What the customer is told; `this` stays its cause. */
  toLaunchFailed(): LaunchFailed {
    return new LaunchFailed(`${launchRefused}${this.#words()}.`, { cause: this });
  }

  #words(): string {
    if (this.isForLackOfCapacity) return lackOfCapacity;
    if (/limit/i.test(this.message))
      return 'this installation runs as many instances as its AWS account may; its operator can have that raised';
    return 'AWS refused its task, which the operator of this installation has to put right';
  }
}

/** An error of RunTask that says that nothing was started; `undefined` for one that leaves that open, or that may pass. */
export function refusedByError(error: unknown): StartRefused | undefined {
  if (!(error instanceof ECSServiceException) || isPassing(error)) return undefined;
  return new StartRefused(`${error.name}: ${error.message}`, { cause: error });
}

function isPassing(error: ECSServiceException): boolean {
  return (
    error.$fault === 'server' || error.$retryable?.throttling === true || /Throttl|TooManyRequests|RequestLimit/.test(error.name)
  );
}

/** Whether ECS does not know the task, or not yet. */
export function isUnknownTask(error: unknown): boolean {
  return error instanceof InvalidParameterException && /not found/i.test(error.message);
}

/** Whether ECS does not know the task definition, or not any more. */
export function isUnusableDefinition(error: unknown): boolean {
  return (
    (error instanceof ClientException || error instanceof InvalidParameterException) &&
    /task ?definition/i.test(error.message) &&
    /unable to describe|inactive|not found|does not exist|delete/i.test(error.message)
  );
}
