import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createSealer, type Sealer, type SealingKey } from '../../../core/sealer.ts';
import { DynamoAlertStore } from '../../../functions/adapters/dynamodb/alert-store.ts';
import { DynamoIdempotencyStore } from '../../../functions/adapters/dynamodb/idempotency-store.ts';
import { DynamoRouteTable } from '../../../functions/adapters/dynamodb/route-table.ts';
import { RouteSeals } from '../../../functions/adapters/dynamodb/sealed-again/routes.ts';
import { SealedSecretSeals } from '../../../functions/adapters/dynamodb/sealed-again/sealed-secrets.ts';
import { WebhookSecretSeals } from '../../../functions/adapters/dynamodb/sealed-again/webhook-secrets.ts';
import { DynamoSealedSecretStore } from '../../../functions/adapters/dynamodb/sealed-secret-store.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import { afterNoon, givenWorkspace, noon } from '../../functions/adapters/store-contract/fixtures.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestTable, type TestTable } from './table.ts';

// One emulator serves all test files, one request at a time.
vi.setConfig({ testTimeout: 120_000 });

const newKey = (): SealingKey => ({ bytes: randomBytes(32), id: randomBytes(8) });
const complete = { unreadable: 0, isComplete: true };

describeOnAws('what lies sealed in DynamoDB', () => {
  let test: TestTable;
  let workspaceId: string;
  const [first, second, third] = [newKey(), newKey(), newKey()];
  const [before, between, after] = [createSealer(first), createSealer(second, [first]), createSealer(third, [second])];
  const alone = createSealer(third);
  beforeAll(async () => {
    test = await createTestTable();
    workspaceId = await givenWorkspace(createDynamoStores(test.table));
  });
  afterAll(() => test?.drop());

  it('of routes and their replicas goes through two rotations', async () => {
    const routes = (sealer: Sealer) => new DynamoRouteTable(test.table, sealer);
    const seals = (sealer: Sealer) => new RouteSeals(test.table, sealer);
    const route = (id: string) => ({
      ...{ instanceId: `ins_${id}`, workspaceId, mode: 'both' as const, address: 'http://10.64.0.1:3000', accessToken: id },
      replicas: [{ address: 'http://10.64.0.2:3000', accessToken: `${id} second` }],
    });
    for (const id of ['one', 'two', 'three']) await routes(before).set(route(id));
    expect(await seals(between).sealAgain(2)).toEqual({ sealed: 2, unreadable: 0, isComplete: false });
    expect(await seals(between).sealAgain(2)).toEqual({ ...complete, sealed: 1 });
    expect(await seals(between).sealAgain(2)).toEqual({ ...complete, sealed: 0 });
    await routes(between).set(route('four'));
    expect(await seals(after).sealAgain(10)).toEqual({ ...complete, sealed: 4 });
    for (const id of ['one', 'two', 'three', 'four']) expect(await routes(alone).get(`ins_${id}`)).toEqual(route(id));
    await routes(before).set(route('lost'));
    expect(await seals(after).sealAgain(10)).toEqual({ sealed: 0, unreadable: 1, isComplete: true });
    expect(await routes(before).get('ins_lost')).toEqual(route('lost'));
  });

  it('of secrets goes through two rotations', async () => {
    const secrets = (sealer: Sealer) => new DynamoSealedSecretStore(test.table, sealer);
    const seals = (sealer: Sealer) => new SealedSecretSeals(test.table, sealer);
    const one = await secrets(before).put('instance-access-token/ins_1', 'one');
    expect(await seals(between).sealAgain(10)).toEqual({ ...complete, sealed: 1 });
    const two = await secrets(between).put('instance-access-token/ins_2', 'two');
    expect(await seals(after).sealAgain(10)).toEqual({ ...complete, sealed: 2 });
    expect([await secrets(alone).get(one), await secrets(alone).get(two)]).toEqual(['one', 'two']);
    await secrets(alone).delete(one.name);
    expect(await seals(after).sealAgain(10)).toEqual({ ...complete, sealed: 0 });
  });

  it('of webhooks goes through two rotations, of rules that are switched off, too', async () => {
    const alerts = (sealer: Sealer) => new DynamoAlertStore(test.table, sealer);
    const seals = (sealer: Sealer) => new WebhookSecretSeals(test.table, sealer);
    const rule = (id: string, enabled: boolean) => ({
      ...{ id, workspaceId, name: id, kind: 'instance_failed' as const, instanceId: null, threshold: null },
      ...{ windowMinutes: 15, emails: [], webhookUrl: 'https://hooks.example.com/1', enabled, createdAt: noon },
    });
    await alerts(before).createRule(rule('alr_on', true), { webhookSecret: 'whsec_on' });
    await alerts(before).createRule(rule('alr_off', false), { webhookSecret: 'whsec_off' });
    await alerts(before).createRule({ ...rule('alr_none', true), webhookUrl: null }, { webhookSecret: null });
    expect(await seals(between).sealAgain(1)).toEqual({ sealed: 1, unreadable: 0, isComplete: false });
    expect(await seals(between).sealAgain(1)).toEqual({ ...complete, sealed: 1 });
    // Somebody changes the rule at the same time: nothing of either is lost.
    await Promise.all([seals(after).sealAgain(10), alerts(after).updateRule(workspaceId, 'alr_on', { name: 'renamed' })]);
    expect(await alerts(alone).findWebhookSecret(workspaceId, 'alr_on')).toBe('whsec_on');
    expect(await alerts(alone).findWebhookSecret(workspaceId, 'alr_off')).toBe('whsec_off');
    expect((await alerts(alone).findRule(workspaceId, 'alr_on'))?.name).toBe('renamed');
    expect(await seals(after).sealAgain(10)).toEqual({ ...complete, sealed: 0 });
  });

  it('of an answer is replayed after one rotation, and unreadable, not forgotten, where its key is', async () => {
    const answers = (sealer: Sealer) => new DynamoIdempotencyStore(test.table, sealer);
    const request = { scope: workspaceId, key: 'key', fingerprint: 'f', now: noon, expiresAt: afterNoon(1000_000) };
    const response = { status: 201, headers: {}, body: '{"token":"shown once"}' };
    await answers(before).claim(request);
    await answers(before).complete(workspaceId, 'key', response);
    expect(await answers(between).claim(request)).toEqual({ outcome: 'replay', response });
    expect(await answers(after).claim(request)).toEqual({ outcome: 'unreadable' });
    expect(await answers(after).claim({ ...request, fingerprint: 'g' })).toEqual({ outcome: 'mismatch' });
  });
});
