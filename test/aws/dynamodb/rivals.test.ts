import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import type { Instance, InstanceToken, SmartleadKey } from '../../../functions/ports.ts';
import { givenWorkspace, newInstance, newKey, newToken } from '../../functions/adapters/store-contract/fixtures.ts';
import { readAllPages } from '../../functions/adapters/store-contract/stores.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestTable } from './table.ts';

const limits = { keys: 3, instances: 3, tokens: 2 };

const actions = [
  ...['create-key', 'delete-key', 'rotate-key', 'create-instance', 'create-instance', 'rename', 'rename-guarded', 'change-key'],
  ...['want-deleted', 'delete-instance', 'create-token', 'create-token', 'delete-token'],
] as const;
const commandArbitrary = fc.record({
  action: fc.constantFrom(...actions),
  one: fc.nat({ max: 5 }),
  other: fc.nat({ max: 5 }),
});
type Command = typeof commandArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** What a workspace was asked to have, whether it came to be or not, and which changes of instances were confirmed. */
class Rivalry {
  readonly keys: SmartleadKey[] = [];
  readonly instances: Instance[] = [];
  readonly tokens: InstanceToken[] = [];
  readonly confirmedVersions = new Map<string, number[]>();
  readonly confirmedSecrets = new Map<string, number>();
  readonly #stores: ReturnType<typeof createDynamoStores>;
  readonly workspaceId: string;

  constructor(stores: ReturnType<typeof createDynamoStores>, workspaceId: string) {
    this.#stores = stores;
    this.workspaceId = workspaceId;
  }

  async run({ action, one, other }: Command): Promise<void> {
    const { keys, instances, instanceTokens } = this.#stores;
    const key = this.keys[one % this.keys.length];
    const instance = this.instances[one % this.instances.length];
    if (action === 'create-key') {
      const created = newKey(this.workspaceId);
      this.keys.push(created);
      await keys.create(created, limits.keys);
    } else if (action === 'delete-key' && key) {
      await keys.delete(this.workspaceId, key.id);
    } else if (action === 'rotate-key' && key) {
      const rotated = await keys.update(this.workspaceId, key.id, { secret: { name: key.secret.name, version: other + 1 } });
      if (rotated) this.confirmedSecrets.set(key.id, Math.max(other + 1, this.confirmedSecrets.get(key.id) ?? 1));
    } else if (action === 'create-instance' && key) {
      const created = newInstance(this.workspaceId, key.id);
      this.instances.push(created);
      await instances.create(created, limits.instances);
    } else if (action === 'rename' && instance) {
      this.#confirm(await instances.update(instance.id, { name: `name ${other}` }));
    } else if (action === 'rename-guarded' && instance) {
      const present = await instances.findById(instance.id);
      this.#confirm(await instances.update(instance.id, { name: `guarded ${other}` }, present?.version ?? 1));
    } else if (action === 'change-key' && instance) {
      const next = this.keys[other % this.keys.length];
      if (next) this.#confirm(await instances.update(instance.id, { keyId: next.id }));
    } else if (action === 'want-deleted' && instance) {
      this.#confirm(await instances.update(instance.id, { desiredState: 'deleted' }));
    } else if (action === 'delete-instance' && instance) {
      await instances.delete(instance.id);
    } else if (action === 'create-token' && instance) {
      const created = newToken(instance);
      this.tokens.push(created);
      await instanceTokens.create(created, limits.tokens);
    } else if (action === 'delete-token') {
      const token = this.tokens[other % this.tokens.length];
      if (token) await instanceTokens.delete(token.instanceId, token.id);
    }
  }

  #confirm(updated: Instance | undefined): void {
    if (updated === undefined) return;
    this.confirmedVersions.set(updated.id, [...(this.confirmedVersions.get(updated.id) ?? []), updated.version]);
  }

  /** What always holds between commands. */
  async check(): Promise<void> {
    const { keys, instances, instanceTokens, quotaUse } = this.#stores;
    const page = { limit: 100 };
    const storedKeys = (await keys.list(this.workspaceId, page)).items;
    expect(storedKeys.length).toBeLessThanOrEqual(limits.keys);
    for (const { id, secret } of storedKeys) expect(secret.version).toBe(this.confirmedSecrets.get(id) ?? 1);
    const listed = (await instances.list(this.workspaceId, page)).items;
    expect(listed.length).toBeLessThanOrEqual(limits.instances);
    const all = (await readAllPages((request) => instances.listAll(request))).filter(
      ({ workspaceId }) => workspaceId === this.workspaceId,
    );
    const tokenCounts: number[] = [];
    for (const instance of all) {
      const tokens = (await instanceTokens.list(instance.id, page)).items;
      expect(tokens.length).toBeLessThanOrEqual(limits.tokens);
      if (tokens.length > 0 && instance.desiredState !== 'deleted') tokenCounts.push(tokens.length);
      // Every confirmed change counted once, and none was lost.
      const versions = (this.confirmedVersions.get(instance.id) ?? []).sort((a, b) => a - b);
      expect(versions).toEqual(Array.from({ length: instance.version - 1 }, (_, index) => index + 2));
      const users = await instances.listByKey(this.workspaceId, instance.keyId);
      expect(users.map(({ id }) => id)).toContain(instance.id);
      expect(storedKeys.map(({ id }) => id)).toContain(instance.keyId);
    }
    for (const { id, instanceId, hash } of this.tokens) {
      const found = await instanceTokens.findByHash(hash);
      if (found) expect((await instanceTokens.list(instanceId, page)).items.map((token) => token.id)).toContain(id);
      if (found) expect(all.map((instance) => instance.id)).toContain(instanceId);
    }
    const used = (await quotaUse.read(this.workspaceId)).map((use) => use.used);
    expect([...used.slice(0, 2), ...used.slice(2).sort()]).toEqual([listed.length, storedKeys.length, ...tokenCounts.sort()]);
  }
}

describeOnAws('rivals at the stores in DynamoDB', () => {
  it('never exceed a limit, lose a version, or leave counts and items apart', async () => {
    const { table, drop } = await createTestTable();
    const stores = createDynamoStores(table);
    const rounds = fc.array(fc.array(commandArbitrary, { minLength: 1, maxLength: 5 }), { minLength: 3, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rounds, async (commands) => {
        const rivalry = new Rivalry(stores, await givenWorkspace(stores));
        await rivalry.run({ action: 'create-key', one: 0, other: 0 });
        await rivalry.run({ action: 'create-instance', one: 0, other: 0 });
        for (const round of commands) {
          const ends = await Promise.allSettled(round.map((command) => rivalry.run(command)));
          const refusals = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
          for (const refusal of refusals) {
            expect(refusal).toMatchObject({ name: 'ProblemError' });
            expect(['limit-reached', 'conflict', 'in-use', 'not-found']).toContain(refusal.type);
          }
          await rivalry.check();
        }
      }),
      { numRuns: 3 },
    );
    await drop();
  }, 120_000);
});
