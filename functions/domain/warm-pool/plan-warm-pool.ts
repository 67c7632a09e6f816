import type { RunningWarmProcess, WarmKind, WarmProcess } from '../../ports.ts';
import { countOrphans, mayEndOrphans, type OrphanCount } from '../orphans.ts';
import type { DesiredWarm } from './desired-warm.ts';

export interface WarmPoolRules {
  /** Processes that wait, start or end, of all kinds together, at most. Those that are claimed belong to their launches. */
  maximum: number;
  /** Processes that start at the same time, at most; as many as are missing where those are fewer. */
  startsAtOnce: number;
  /** How long a process may wait for a customer, may take to start, and may be claimed without being assigned. */
  longestWaitSeconds: number;
  longestStartSeconds: number;
  longestClaimSeconds: number;
}

export interface WarmPoolView {
  now: Date;
  /** What the pool knows; read before what runs. */
  known: readonly WarmProcess[];
  /** What runs without a customer. */
  running: readonly RunningWarmProcess[];
  desired: readonly DesiredWarm[];
  /** How many processes that the pool does not know an operator has confirmed; missing where any number is ended. */
  confirmedOrphans?: number;
  /** Ids of those that were ended within the last hour and that nobody confirmed. */
  endedOrphans?: ReadonlySet<string>;
}

/** What there is to do, so that the pool becomes what it should be. */
export interface WarmPoolPlan {
  /** Those that have come up. */
  ready: { process: WarmProcess; running: RunningWarmProcess & { address: string } }[];
  /** Those to be ended, whatever state they are in now. */
  end: WarmProcess[];
  /** Those of them that waited and ended by themselves. */
  died: WarmProcess[];
  /** Ids of processes that run, that the pool does not know, and that are to be ended. */
  unknown: string[];
  /**
   * Such processes that are left alone, because there are too many of them. They may be customers' whose assignment is written in another
   * table.
   */
  held?: OrphanCount;
  start: WarmKind[];
}

/** A process that is not in the pool may have been put there, or assigned, while the two lists were read. */
const unknownMilliseconds = 2 * 60_000;

/** Compares what waits with what should. Pure; what it says may be outdated, so every step checks the state it starts from. */
export function planWarmPool(view: WarmPoolView, rules: WarmPoolRules): WarmPoolPlan {
  const { known, running, desired, now, confirmedOrphans, endedOrphans } = view;
  const runningById = new Map(running.map((process) => [process.id, process]));
  const plan: WarmPoolPlan = { ready: [], end: [], died: [], unknown: [], start: [] };
  const waiting = new Map<string, WarmProcess[]>(desired.map((kind) => [nameOf(kind), []]));
  let tooOld: WarmProcess | undefined;
  const secondsSince = (time: string) => (now.getTime() - Date.parse(time)) / 1000;

  for (const process of known) {
    const runs = runningById.get(process.id);
    const ofKind = waiting.get(nameOf(process));
    if (process.state === 'ending') plan.end.push(process);
    else if (process.state === 'claimed') {
      if (secondsSince(process.changedAt) > rules.longestClaimSeconds) plan.end.push(process);
    } else if (ofKind === undefined) plan.end.push(process);
    else if (process.state === 'starting') {
      const address = runs?.address;
      if (runs !== undefined && address !== undefined) plan.ready.push({ process, running: { ...runs, address } });
      else if (secondsSince(process.createdAt) > rules.longestStartSeconds) {
        plan.end.push(process);
        continue;
      }
      ofKind.push(process);
    } else if (runs === undefined) {
      plan.died.push(process);
      plan.end.push(process);
    } else if (tooOld === undefined && secondsSince(process.createdAt) > rules.longestWaitSeconds) {
      // One at a time, so that a pool whose processes were all started together is never empty.
      tooOld = process;
      plan.end.push(process);
    } else ofKind.push(process);
  }
  for (const { count, ...kind } of desired) {
    const ofKind = waiting.get(nameOf(kind)) ?? [];
    plan.end.push(...ofKind.splice(0, Math.max(0, ofKind.length - count)));
  }
  const knownIds = new Set(known.map(({ id }) => id));
  const strangers = running.filter(({ id }) => !knownIds.has(id));
  const unknown = strangers.filter(({ startedAt }) => secondsSince(startedAt) * 1000 > unknownMilliseconds).map(({ id }) => id);
  const count = countOrphans(unknown, running.length, endedOrphans);
  if (confirmedOrphans === undefined || mayEndOrphans(count, confirmedOrphans)) plan.unknown = unknown;
  else plan.held = count;
  plan.start = startsOf(view, rules, waiting, strangers.length);
  plan.ready = plan.ready.filter(({ process }) => !plan.end.includes(process));
  return plan;
}

/** One of each kind that is short of some, in turn, as far as there is room. */
function startsOf(
  { known, desired }: WarmPoolView,
  { maximum, startsAtOnce }: WarmPoolRules,
  waiting: ReadonlyMap<string, readonly WarmProcess[]>,
  strangers: number,
): WarmKind[] {
  const unclaimed = known.filter(({ state }) => state !== 'claimed').length + strangers;
  const starting = known.filter(({ state }) => state === 'starting').length;
  let room = Math.min(maximum - unclaimed, startsAtOnce - starting);
  const short = desired.map((kind) => ({ kind, missing: kind.count - (waiting.get(nameOf(kind))?.length ?? 0) }));
  const starts: WarmKind[] = [];
  while (room > 0 && short.some(({ missing }) => missing > 0)) {
    for (const entry of short) {
      if (room <= 0 || entry.missing <= 0) continue;
      starts.push({ version: entry.kind.version, size: entry.kind.size });
      entry.missing -= 1;
      room -= 1;
    }
  }
  return starts;
}

function nameOf({ version, size }: WarmKind): string {
  return JSON.stringify([version, size]);
}
