import { type InstanceSize, instanceSizes } from '../../core/instance-configuration.ts';

/** How many processes serve an instance at once, and of which memory class each is. */
export interface Scale {
  size: InstanceSize;
  /** All processes, the first one included. */
  replicas: number;
}

/**
 * What an instance had to do within a window, of all its processes together unless it is said otherwise. `null` where it is not known:
 * that asks for nothing, and where no signal is known, nothing is taken away.
 */
export interface Load {
  /** Cores that were busy, in the mean: 1 is one core all the time. An event loop cannot use more than one. */
  cpuCores: number | null;
  callsPerSecond: number | null;
  /** Requests that waited for their answer, in the mean. */
  requestsInFlight: number | null;
  /** The time within which 95 of 100 calls were answered, in milliseconds. */
  p95Milliseconds: number | null;
  /** MCP sessions and standing streams that were open, the larger of the two. */
  sessions: number | null;
  /** Memory of the process that has most, in bytes. */
  memoryBytes: number | null;
  /** Processes that ended since the last change because their memory class did not suffice. */
  outOfMemoryEnds: number;
}

/** What a decision must keep to. */
export interface ScalingBounds {
  maxReplicas: number;
  /** The memory classes to choose from: from this one to that one, both included. */
  smallestSize: InstanceSize;
  largestSize: InstanceSize;
  /** Memory a process may have altogether before it is near its end, in bytes, by class. */
  memoryBytes: Readonly<Record<InstanceSize, number>>;
  /** Seconds since the scale was changed the last time; `null` where it never was. */
  secondsSinceChange: number | null;
  /** Seconds for which a change is given time to show what it does, before more is added and before anything is taken away. */
  growCooldownSeconds: number;
  shrinkCooldownSeconds: number;
}

export interface ScalingDecision extends Scale {
  /** Why, as a sentence for a customer. */
  reason: string;
}

/**
 * What one process should have at most, and below what it has one too many. The distance between the two is what keeps a constant
 * load from changing anything twice: the number that the upper mark asks for never exceeds the one that the lower mark allows. They
 * lie where single customers get: some dozens of calls a second, or as many that Smartlead lets wait. Lists of tools are no calls;
 * whoever reads many of them is seen by the processor.
 */
const marks = {
  cpuCores: { grow: 0.6, shrink: 0.35, words: 'its processes were busy' },
  callsPerSecond: { grow: 50, shrink: 25, words: 'it had many calls a second' },
  requestsInFlight: { grow: 24, shrink: 10, words: 'many calls waited for their answer' },
  sessions: { grow: 1000, shrink: 500, words: 'many sessions were open' },
} as const;
type Signal = keyof typeof marks;

/** Calls that take this long while the processor has much to do are a reason to add a process earlier. */
const slowMilliseconds = 2000;
const cpuMarkWhereSlow = 0.5;

/** Shares of a class's memory: above the first a larger class is needed, at most the second must be used of a smaller one. */
const memoryMarks = { grow: 0.85, shrink: 0.5 } as const;

/**
 * Decides how an instance should be scaled. Pure; knows neither launchers nor clocks. For the same load it answers at most one
 * change and then the same again; more load never makes it answer less; a process that ended for lack of memory gets the next larger
 * class at once, whatever the cool-down.
 */
export function decideScale(load: Load, now: Scale, bounds: ScalingBounds): ScalingDecision {
  const present = withinBounds(now, bounds);
  if (load.outOfMemoryEnds > 0) return afterLackOfMemory(present, bounds);
  const size = sizeFor(load, present, bounds);
  const count = replicasFor(load, present, bounds);
  return { size: size.size, replicas: count.replicas, reason: reasonOf(present, now, size, count) };
}

/** How many processes an instance should have now: never more than its owner allows, whatever was decided before. */
export function processesOf({ replicas, maxReplicas }: { replicas: number; maxReplicas: number }): number {
  return Math.max(1, Math.min(replicas, maxReplicas));
}

function withinBounds({ size, replicas }: Scale, bounds: ScalingBounds): Scale {
  const [least, most] = [instanceSizes.indexOf(bounds.smallestSize), instanceSizes.indexOf(bounds.largestSize)];
  const index = Math.max(least, Math.min(most, instanceSizes.indexOf(size)));
  return {
    size: instanceSizes[index] ?? size,
    replicas: processesOf({ replicas, maxReplicas: bounds.maxReplicas }),
  };
}

function afterLackOfMemory(present: Scale, bounds: ScalingBounds): ScalingDecision {
  const larger = instanceSizes[instanceSizes.indexOf(present.size) + 1];
  const words = 'A process ran out of memory';
  if (larger !== undefined && present.size !== bounds.largestSize) {
    return { size: larger, replicas: present.replicas, reason: `${words}, so each gets the memory class ${larger}.` };
  }
  if (present.replicas < bounds.maxReplicas) {
    return {
      ...present,
      replicas: present.replicas + 1,
      reason: `${words} of the largest class, so one more shares the sessions.`,
    };
  }
  return { ...present, reason: `${words}, but the instance has the largest class and as many processes as it may.` };
}

interface SizeChoice {
  size: InstanceSize;
  direction: 'same' | 'grow' | 'shrink';
}

function sizeFor({ memoryBytes }: Load, present: Scale, bounds: ScalingBounds): SizeChoice {
  if (memoryBytes === null) return { size: present.size, direction: 'same' };
  const allowed = instanceSizes.slice(instanceSizes.indexOf(bounds.smallestSize), instanceSizes.indexOf(bounds.largestSize) + 1);
  const fitting = (share: number) =>
    allowed.find((size) => memoryBytes <= bounds.memoryBytes[size] * share) ?? bounds.largestSize;
  const [needed, sufficient] = [fitting(memoryMarks.grow), fitting(memoryMarks.shrink)];
  const at = (size: InstanceSize) => instanceSizes.indexOf(size);
  if (at(needed) > at(present.size) && mayGrow(bounds)) return { size: needed, direction: 'grow' };
  if (at(sufficient) < at(present.size) && mayShrink(bounds)) return { size: sufficient, direction: 'shrink' };
  return { size: present.size, direction: 'same' };
}

interface CountChoice {
  replicas: number;
  direction: 'same' | 'grow' | 'shrink';
  /** What asked for the most processes. */
  signal: Signal | undefined;
}

function replicasFor(load: Load, present: Scale, bounds: ScalingBounds): CountChoice {
  const needed = mostWanted(load, bounds, 'grow');
  const sufficient = mostWanted(load, bounds, 'shrink');
  if (needed.replicas > present.replicas && mayGrow(bounds)) return { ...needed, direction: 'grow' };
  if (sufficient.replicas < present.replicas && mayShrink(bounds)) return { ...sufficient, direction: 'shrink' };
  return { replicas: present.replicas, direction: 'same', signal: undefined };
}

/** The number of processes that the most demanding signal asks for at the given mark. Without any known signal, what is stays. */
function mostWanted(
  load: Load,
  bounds: ScalingBounds,
  mark: 'grow' | 'shrink',
): { replicas: number; signal: Signal | undefined } {
  const isSlow = (load.p95Milliseconds ?? 0) >= slowMilliseconds;
  const known = (Object.keys(marks) as Signal[]).filter((signal) => load[signal] !== null);
  // Where nothing is known, nothing may be taken away.
  if (known.length === 0) return { replicas: mark === 'grow' ? 1 : bounds.maxReplicas, signal: undefined };
  let most: { replicas: number; signal: Signal | undefined } = { replicas: 1, signal: undefined };
  for (const signal of known) {
    const limit = signal === 'cpuCores' && mark === 'grow' && isSlow ? cpuMarkWhereSlow : marks[signal][mark];
    const replicas = Math.min(bounds.maxReplicas, Math.ceil((load[signal] ?? 0) / limit));
    if (replicas > most.replicas) most = { replicas, signal };
  }
  return most;
}

function mayGrow({ secondsSinceChange, growCooldownSeconds }: ScalingBounds): boolean {
  return secondsSinceChange === null || secondsSinceChange >= growCooldownSeconds;
}

function mayShrink({ secondsSinceChange, shrinkCooldownSeconds }: ScalingBounds): boolean {
  return secondsSinceChange === null || secondsSinceChange >= shrinkCooldownSeconds;
}

function reasonOf(present: Scale, now: Scale, size: SizeChoice, count: CountChoice): string {
  const reasons: string[] = [];
  if (size.direction === 'grow') reasons.push(`its memory was nearly used up, so each process gets the class ${size.size}`);
  if (size.direction === 'shrink') reasons.push(`it needs little memory, so the class ${size.size} suffices`);
  if (count.direction === 'grow') reasons.push(`${wordsOf(count.signal)}, so ${processes(count.replicas)} serve it`);
  if (count.direction === 'shrink')
    reasons.push(`it has little to do, so ${processes(count.replicas)} ${count.replicas === 1 ? 'suffices' : 'suffice'}`);
  const wasCut = now.size !== present.size || now.replicas !== present.replicas;
  if (reasons.length === 0 && wasCut) reasons.push('it may not have what it had');
  if (reasons.length === 0) return 'What it has suits its load.';
  const sentence = reasons.join(', and ');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function wordsOf(signal: Signal | undefined): string {
  return signal === undefined ? 'its load grew' : marks[signal].words;
}

function processes(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`;
}
