import type { StoredResources, StoredSecret } from '../ports.ts';

/** What may belong to nothing while what it belongs to lies in the table alone. */
export type OrphanKind = 'instances' | 'sealed keys' | 'warm processes';

/** What belongs to nothing, beside all that there is of its kind. */
export interface OrphanCount {
  orphans: number;
  all: number;
  /** How many more were ended within the last hour without being confirmed. */
  ended: number;
}

/**
 * @param orphans Names of what belongs to nothing.
 * @param all How many there are of the kind.
 * @param ended Names of those that were ended within the last hour; some may still be there.
 */
export function countOrphans(orphans: readonly string[], all: number, ended: ReadonlySet<string> = new Set()): OrphanCount {
  const present = new Set(orphans);
  return { orphans: orphans.length, all, ended: [...ended].filter((name) => !present.has(name)).length };
}

/** So many may be ended in an hour whatever there is beside them: what crashes leave behind. */
const always = 5;
/** Part of all that may be ended in an hour. */
const share = 0.2;

/**
 * Whether so many orphans may be ended at once. Far more of them than crashes leave behind show that not they are wrong but what they are
 * compared with: an empty table, another one, one that was restored to an earlier time, or one that loses its content bit by bit. Pure.
 *
 * @param confirmed How many an operator has confirmed; 0 where nobody has.
 */
export function mayEndOrphans({ orphans, all, ended }: OrphanCount, confirmed: number): boolean {
  return orphans <= confirmed || orphans + ended <= Math.max(always, Math.floor((all + ended) * share));
}

/** The most that are ended without being confirmed, in words. */
export const orphanBound = `${always}, or ${share * 100} % of all, in an hour`;

/** What is known of an instance that does not exist: a process, a route or a token that the router presents to it. */
export interface OrphanedInstances {
  ids: string[];
  /** How many instances, existing or not, anything was found of. */
  all: number;
}

/** @param found Ids of the instances that anything was found of. */
export function orphanedInstances(found: Iterable<string>, existing: ReadonlySet<string>): OrphanedInstances {
  const ids = [...new Set(found)];
  return { ids: ids.filter((id) => !existing.has(id)), all: ids.length };
}

export interface OrphanedSecrets {
  /** Versions that a later one has replaced: nobody asks for them any more. Not orphans in number, as each rotation leaves one. */
  replaced: StoredSecret[];
  /** Sealed keys that no key refers to. */
  orphans: StoredSecret[];
  /** How many sealed keys there are, in all versions. */
  all: number;
}

/**
 * How old a sealed key may be that no key refers to: it may be about to get its row, or may just have been replaced. The reconciler
 * deletes older ones, which it does not do every moment.
 */
export const secretMilliseconds = 65 * 60_000;

/**
 * Sealed keys that no key refers to and that are old enough that none is about to. A version of a key that refers to one that does not exist
 * is none: the row, or what is sealed, is from before a rotation, and this may be all that is left of the customer's key.
 */
export function orphanedSecrets({ now, stored }: { now: number; stored: StoredResources }): OrphanedSecrets {
  const referred = new Map(stored.keys.map(({ secret }) => [secret.name, secret.version]));
  const present = new Set(stored.secrets.map(secretVersionName));
  const found: OrphanedSecrets = { replaced: [], orphans: [], all: stored.secrets.length };
  for (const secret of stored.secrets) {
    const { name, version, createdAt } = secret;
    const wanted = referred.get(name);
    if (wanted === version || now - Date.parse(createdAt) <= secretMilliseconds) continue;
    if (wanted !== undefined && !present.has(secretVersionName({ name, version: wanted }))) continue;
    if (wanted !== undefined && version < wanted) found.replaced.push(secret);
    else found.orphans.push(secret);
  }
  return found;
}

/** Names one version of one sealed key. */
export function secretVersionName({ name, version }: Pick<StoredSecret, 'name' | 'version'>): string {
  return `${name}@${version}`;
}
