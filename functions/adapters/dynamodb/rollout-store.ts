import { createHash } from 'node:crypto';
import { createWriteTransaction } from 'electrodb';
import { ProblemError } from '../../../core/problem.ts';
import type { Page, PageRequest, Rollout, RolloutStore } from '../../ports.ts';
import { readBatch } from './batch-get.ts';
import { writeAll } from './batch-write.ts';
import {
  createActiveRolloutEntity,
  createRolloutEntity,
  createRolloutPartEntity,
  type RolloutItem,
  toRollout,
} from './entities/rollout.ts';
import { splitChange, withoutNulls } from './null-attributes.ts';
import { readPage } from './page.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';
import { writeTogether } from './transaction.ts';

const list = 'rollouts';
const active = { name: 'active-rollout' };
/** Instances of one part: some 40 KB. Each step of a rollout writes the last part anew, and no other. */
const partSize = 500;

type Upgraded = Rollout['upgraded'];
interface Part {
  rolloutId: string;
  digest: string;
  upgraded: string;
}

/** That one rollout at most is under way is an item of its own, which is put and deleted in the transaction that begins or ends it. */
export class DynamoRolloutStore implements RolloutStore {
  readonly #entities: {
    rollout: ReturnType<typeof createRolloutEntity>;
    active: ReturnType<typeof createActiveRolloutEntity>;
  };
  readonly #parts: ReturnType<typeof createRolloutPartEntity>;

  constructor(table: PlatformTable) {
    this.#entities = { rollout: createRolloutEntity(table), active: createActiveRolloutEntity(table) };
    this.#parts = createRolloutPartEntity(table);
  }

  /** Rejects with ProblemError `conflict` where one is under way. */
  async create({ upgraded, ...rollout }: Rollout): Promise<void> {
    const upgradedParts = await this.#putParts(rollout.id, upgraded, []);
    const item = { ...withoutNulls(rollout), upgradedParts, list };
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.rollout.create(item).commit(),
        ...(rollout.endedAt === null ? [entities.active.create({ ...active, rolloutId: rollout.id }).commit()] : []),
      ]),
    );
    if (outcome.written) return;
    if (outcome.refused[0]) throw new Error(`There is a rollout ${rollout.id} already.`);
    throw new ProblemError('conflict', { detail: 'A rollout is under way. Wait until it has ended, or cancel it.' });
  }

  async find(rolloutId: string): Promise<Rollout | undefined> {
    const item = await this.#read(rolloutId);
    return item && this.#complete(item);
  }

  /** From an index, which shows a new rollout a moment after it was stored. */
  async list(page: PageRequest): Promise<Page<Rollout>> {
    const { items, nextCursor } = await readPage<RolloutItem>(
      page,
      (rollout) => rollout.startedAt,
      async (after, count) => {
        const all = this.#entities.rollout.query.all({ list });
        const asked = after === undefined ? all : all.lt({ startedAt: after.time, id: after.id });
        return (await requested(() => asked.go({ order: 'desc', limit: count, count }))).data;
      },
    );
    return { items: await Promise.all(items.map((item) => this.#complete(item))), nextCursor };
  }

  async findActive(): Promise<Rollout | undefined> {
    const rolloutId = await this.#readActiveId();
    return rolloutId === undefined ? undefined : this.find(rolloutId);
  }

  async update(rolloutId: string, { upgraded, ...change }: Parameters<RolloutStore['update']>[1]): Promise<boolean> {
    const present = await this.#read(rolloutId);
    if (present === undefined || present.endedAt !== undefined) return false;
    const parts = upgraded === undefined ? undefined : await this.#putParts(rolloutId, upgraded, present.upgradedParts);
    const { set, remove } = splitChange(change);
    const ends = change.endedAt !== undefined && (await this.#readActiveId()) === rolloutId;
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.rollout
          .patch({ id: rolloutId })
          .set({ ...set, upgradedParts: parts ?? present.upgradedParts })
          .remove(remove)
          .where((item, { notExists }) => notExists(item.endedAt))
          .commit(),
        ...(ends
          ? [
              entities.active
                .delete(active)
                .where((item, { eq }) => eq(item.rolloutId, rolloutId))
                .commit(),
            ]
          : []),
      ]),
    );
    if (!outcome.written) return false;
    const left = present.upgradedParts.filter((digest) => parts?.includes(digest) === false);
    await writeAll(
      left.map((digest) => ({ rolloutId, digest })),
      keyOf,
      (gone) => this.#parts.delete(gone).go(),
    );
    return true;
  }

  async #readActiveId(): Promise<string | undefined> {
    const { data } = await requested(() => this.#entities.active.get(active).go({ consistent: true }));
    return data?.rolloutId;
  }

  async #read(rolloutId: string): Promise<RolloutItem | undefined> {
    const { data } = await requested(() => this.#entities.rollout.get({ id: rolloutId }).go({ consistent: true }));
    return data ?? undefined;
  }

  /** Stores the parts that are not there yet and answers the digests of all. */
  async #putParts(rolloutId: string, upgraded: Upgraded, present: readonly string[]): Promise<string[]> {
    const parts: Part[] = [];
    for (let start = 0; start < upgraded.length; start += partSize) {
      const text = JSON.stringify(upgraded.slice(start, start + partSize));
      parts.push({ rolloutId, digest: createHash('sha256').update(text).digest('hex'), upgraded: text });
    }
    const fresh = parts.filter(({ digest }) => !present.includes(digest));
    await writeAll(fresh, keyOf, (batch) => this.#parts.put(batch).go());
    return parts.map(({ digest }) => digest);
  }

  async #complete(item: RolloutItem): Promise<Rollout> {
    const keys = item.upgradedParts.map((digest) => ({ rolloutId: item.id, digest }));
    const parts = await readBatch(keys, (batch) => this.#parts.get(batch).go({ consistent: true }));
    const byDigest = new Map(parts.map((part) => [part.digest, JSON.parse(part.upgraded) as Upgraded]));
    return toRollout(
      item,
      item.upgradedParts.flatMap((digest) => byDigest.get(digest) ?? []),
    );
  }
}

function keyOf({ digest }: { digest: string }): string {
  return digest;
}
