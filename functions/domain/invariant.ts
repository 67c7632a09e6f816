import type { Violation } from '../ports.ts';
import { checkHeld } from './invariant/held.ts';
import { checkInstances } from './invariant/instances.ts';
import { checkProcesses } from './invariant/processes.ts';
import { checkRoutes } from './invariant/routes.ts';
import type { Snapshot } from './invariant/snapshot.ts';
import { checkAccessTokens, checkStored } from './invariant/stored.ts';

export type { LeftoverProcess, ObservedInstance, ObservedRoute, Snapshot } from './invariant/snapshot.ts';

/**
 * The invariant of the installation: every process, container or task, every route, every sealed secret and every token belongs to
 * exactly one live instance (a Smartlead key's secret to one key of a workspace that exists), and every instance that should run does.
 * Answers what is wrong with it; nothing where it holds. Pure.
 *
 * What somebody works on at the moment, and what is younger than a change may take, is not wrong yet: a snapshot of parts that were
 * read one after the other shows things that are half done.
 */
export function findViolations(snapshot: Snapshot): Violation[] {
  return [
    // First, as a report may be cut.
    ...checkHeld(snapshot),
    ...checkProcesses(snapshot),
    ...checkRoutes(snapshot),
    ...checkInstances(snapshot),
    ...checkAccessTokens(snapshot),
    ...checkStored(snapshot),
  ];
}

/** The part of the invariant that is about what is stored; it holds whether a service runs or not. */
export function findStoredViolations(snapshot: Pick<Snapshot, 'now' | 'instances' | 'stored'>): Violation[] {
  return [...checkStored(snapshot)];
}

/** Those of the later violations that were there before, too: the others may be of the moment. */
export function lastingViolations(earlier: readonly Violation[], later: readonly Violation[]): Violation[] {
  const before = new Set(earlier.map(keyOf));
  return later.filter((violation) => before.has(keyOf(violation)));
}

function keyOf({ kind, subject, instanceId }: Violation): string {
  return JSON.stringify([kind, subject, instanceId]);
}
