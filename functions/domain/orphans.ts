import type { StoredResources, StoredSecret } from '../ports.ts';

/** What belongs to nothing, beside all that there is of its kind. */
export interface OrphanCount {
  orphans: number;
  all: number;
}

/** So many may be ended whatever there is beside them: what crashes leave behind. */
const always = 5;
/** Part of all that may be ended in one pass. */
const share = 0.2;

/**
 * Whether so many orphans may be ended at once. Far more of them than crashes leave behind show that not they are wrong but what they are
 * compared with: an empty table, another one, or one that was restored to an earlier time. Judged anew in each pass. Pure.
 *
 * @param confirmed How many an operator has confirmed; 0 where nobody has.
 */
export function mayEndOrphans({ orphans, all }: OrphanCount, confirmed: number): boolean {
  return orphans <= Math.max(always, Math.floor(all * share), confirmed);
}

/** The most that are ended without being confirmed, in words. */
export const orphanBound = `${always}, or ${share * 100} % of all`;

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
 * Sealed keys that no key refers to and that are old enough that none is about to. A version that is newer than the one its key refers to
 * is none where that one does not exist: the row is from before a rotation, and what is sealed is all that is left of the customer's key.
 */
export function orphanedSecrets({ now, stored }: { now: number; stored: StoredResources }): OrphanedSecrets {
  const referred = new Map(stored.keys.map(({ secret }) => [secret.name, secret.version]));
  const present = new Set(stored.secrets.map(nameOf));
  const found: OrphanedSecrets = { replaced: [], orphans: [], all: stored.secrets.length };
  for (const secret of stored.secrets) {
    const { name, version, createdAt } = secret;
    const wanted = referred.get(name);
    if (wanted === version || now - Date.parse(createdAt) <= secretMilliseconds) continue;
    if (wanted !== undefined && version < wanted) found.replaced.push(secret);
    else if (wanted === undefined || present.has(nameOf({ name, version: wanted }))) found.orphans.push(secret);
  }
  return found;
}

function nameOf({ name, version }: Pick<StoredSecret, 'name' | 'version'>): string {
  return `${name}@${version}`;
}
