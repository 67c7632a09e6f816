import { randomUUID } from 'node:crypto';
import { createWriteTransaction } from 'electrodb';
import { ProblemError } from '../../../core/problem.ts';
import { refuseBeyond, workspaceInstances } from '../../domain/quotas.ts';
import type { Instance, InstanceChange, InstanceStore, Page, PageRequest } from '../../ports.ts';
import { readBatch } from './batch-get.ts';
import type { EntitiesInTransaction, PlatformEntities } from './entities/index.ts';
import { toInstance } from './entities/instance.ts';
import { deleteInstance } from './instance-deletion.ts';
import { splitChange, withoutNulls } from './null-attributes.ts';
import { readPage } from './page.ts';
import { attempts, requested } from './request.ts';
import { readNewestOfShards, shardOf } from './shards.ts';
import { writeTogether } from './transaction.ts';

export class DynamoInstanceStore implements InstanceStore {
  readonly #entities: PlatformEntities;

  constructor(entities: PlatformEntities) {
    this.#entities = entities;
  }

  /** Rejects with ProblemError `conflict` where the key was deleted after the caller looked. */
  async create(instance: Instance, limit?: number): Promise<void> {
    const { id, workspaceId, keyId } = instance;
    const item = { ...withoutNulls(instance), lastChange: randomUUID(), shard: shardOf(id) };
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => {
        const workspace = entities.workspace.patch({ id: workspaceId }).add({ instanceCount: isCounted(instance) ? 1 : 0 });
        return [
          entities.instance.create(item).commit(),
          addKeyUse(entities, workspaceId, keyId),
          entities.keyUse.put({ keyId, instanceId: id }).commit(),
          (limit === undefined ? workspace : workspace.where(({ instanceCount }, { lt }) => lt(instanceCount, limit))).commit(),
        ];
      }),
    );
    if (outcome.written) return;
    if (outcome.refused[1]) throw missingKey();
    if (outcome.refused[3] && limit !== undefined) refuseBeyond(limit, limit, workspaceInstances);
    throw new Error(`The instance ${id} could not be stored: it exists already, or its workspace does not.`);
  }

  async find(workspaceId: string, instanceId: string): Promise<Instance | undefined> {
    const instance = await this.findById(instanceId);
    return instance?.workspaceId === workspaceId ? instance : undefined;
  }

  async findById(instanceId: string): Promise<Instance | undefined> {
    const { data } = await requested(() => this.#entities.instance.get({ id: instanceId }).go({ consistent: true }));
    return data === null ? undefined : toInstance(data);
  }

  /** From an index, which shows a new instance a moment after it was stored. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Instance>> {
    return readPage(
      page,
      (instance) => instance.createdAt,
      async (after, count) => {
        const query = this.#entities.instance.query.byWorkspace({ workspaceId });
        const from = after === undefined ? query : query.lt({ createdAt: after.time, id: after.id });
        const present = from.where(({ desiredState }, { ne }) => ne(desiredState, 'deleted'));
        const { data } = await requested(() => present.go({ order: 'desc', limit: count, count }));
        return data.map(toInstance);
      },
    );
  }

  /** Read consistently: a rotated key is given to those who use it, and none may be left out. */
  async listByKey(workspaceId: string, keyId: string): Promise<Instance[]> {
    const uses = await requested(() => this.#entities.keyUse.query.primary({ keyId }).go({ consistent: true, pages: 'all' }));
    const items = await readBatch(
      uses.data.map(({ instanceId }) => ({ id: instanceId })),
      (keys) => this.#entities.instance.get(keys).go({ consistent: true }),
    );
    return items
      .map(toInstance)
      .filter((instance) => instance.workspaceId === workspaceId)
      .sort((one, other) => (one.createdAt + one.id < other.createdAt + other.id ? 1 : -1));
  }

  /** From an index: who acts on what it shows reads the instance itself first. */
  listAll(page: PageRequest): Promise<Page<Instance>> {
    return readPage(
      page,
      (instance) => instance.createdAt,
      (after, count) =>
        readNewestOfShards(
          { after, count },
          ({ createdAt, id }: Instance) => ({ time: createdAt, id }),
          async (shard, position, portion) => {
            const query = this.#entities.instance.query.all({ shard });
            const from = position === undefined ? query : query.lt({ createdAt: position.time, id: position.id });
            const { data } = await requested(() => from.go({ order: 'desc', limit: portion, count: portion }));
            return data.map(toInstance);
          },
        ),
    );
  }

  async update(instanceId: string, change: InstanceChange, expectedVersion?: number): Promise<Instance | undefined> {
    if (change.keyId === undefined && change.desiredState === undefined) {
      return this.#updateItem(instanceId, change, expectedVersion);
    }
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const present = await this.findById(instanceId);
      if (present === undefined || (expectedVersion !== undefined && present.version !== expectedVersion)) return undefined;
      const updated = countsChange(present, change)
        ? await this.#updateCounts(present, change)
        : await this.#updateItem(instanceId, change, present.version);
      if (updated !== undefined || expectedVersion !== undefined) return updated;
    }
    throw new ProblemError('conflict', { detail: 'The instance is being changed by others all the time. Try again.' });
  }

  /** Its tokens and its route go with it; its events go by themselves. */
  delete(instanceId: string): Promise<void> {
    return deleteInstance(this.#entities, instanceId);
  }

  /** A change of nothing but the instance: one conditional write, cheaper than a transaction. */
  async #updateItem(instanceId: string, change: InstanceChange, expectedVersion?: number): Promise<Instance | undefined> {
    const { set, remove } = splitChange(change);
    // The SDK sends a write again when its answer was lost. The second one finds its own mark, and is not applied twice.
    const lastChange: string = randomUUID();
    const { rejected, data } = await requested(() =>
      this.#entities.instance
        .patch({ id: instanceId })
        .set({ ...set, lastChange, updatedAt: new Date().toISOString() })
        .remove(remove)
        .add({ version: 1 })
        .where((instance, { eq, ne }) => {
          const once = ne(instance.lastChange, lastChange);
          return expectedVersion === undefined ? once : `${once} AND ${eq(instance.version, expectedVersion)}`;
        })
        .go({ response: 'all_new', returnOnConditionCheckFailure: 'all_old' }),
    );
    if (rejected && data?.lastChange !== lastChange) return undefined;
    return data === null ? undefined : toInstance(data);
  }

  /** A change that also changes who uses a key, or how many instances a workspace has. `undefined` where it is another version. */
  async #updateCounts(present: Instance, change: InstanceChange): Promise<Instance | undefined> {
    const { id, workspaceId, keyId, version } = present;
    const updatedAt = new Date().toISOString();
    const { set, remove } = splitChange(change);
    const next: Instance = { ...present, ...withoutUndefined(change), updatedAt, version: version + 1 };
    const difference = Number(isCounted(next)) - Number(isCounted(present));
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.instance
          .patch({ id })
          .set({ ...set, lastChange: randomUUID(), updatedAt })
          .remove(remove)
          .add({ version: 1 })
          .where((instance, { eq }) => eq(instance.version, version))
          .commit(),
        ...(next.keyId === keyId
          ? []
          : [
              addKeyUse(entities, workspaceId, next.keyId),
              entities.keyUse.put({ keyId: next.keyId, instanceId: id }).commit(),
              entities.key.patch({ id: keyId }).add({ instanceCount: -1 }).commit(),
              entities.keyUse.delete({ keyId, instanceId: id }).commit(),
            ]),
        ...(difference === 0 ? [] : [entities.workspace.patch({ id: workspaceId }).add({ instanceCount: difference }).commit()]),
      ]),
    );
    if (outcome.written) return next;
    if (!outcome.refused[0] && next.keyId !== keyId) throw missingKey();
    return undefined;
  }
}

function addKeyUse(entities: EntitiesInTransaction, workspaceId: string, keyId: string) {
  return entities.key
    .patch({ id: keyId })
    .add({ instanceCount: 1 })
    .where((key, { eq }) => eq(key.workspaceId, workspaceId))
    .commit();
}

/** Whether the instance counts for the limit of its workspace. */
function isCounted({ desiredState }: Pick<Instance, 'desiredState'>): boolean {
  return desiredState !== 'deleted';
}

function countsChange(
  present: Instance,
  { keyId = present.keyId, desiredState = present.desiredState }: InstanceChange,
): boolean {
  return keyId !== present.keyId || isCounted({ desiredState }) !== isCounted(present);
}

function withoutUndefined(change: InstanceChange): InstanceChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function missingKey(): ProblemError {
  return new ProblemError('conflict', { detail: 'The Smartlead key no longer exists. Choose another key.' });
}
