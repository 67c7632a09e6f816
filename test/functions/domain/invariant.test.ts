import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findViolations, lastingViolations, type ObservedInstance, type Snapshot } from '../../../functions/domain/invariant.ts';
import { type RunningProcess, type ViolationKind, violationKinds, type WarmProcess } from '../../../functions/ports.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

function process(instanceId: string, replica = 0, ref = `${instanceId}-${replica}`): RunningProcess {
  const runtime = { launcher: 'child-process' as const, ref, address: `http://127.0.0.1/${ref}` };
  return { instanceId, ...(replica === 0 ? {} : { replica }), runtime };
}

function instance(id: string, change: Partial<ObservedInstance> = {}): ObservedInstance {
  const { runtime } = process(id);
  const general = { id, workspaceId: 'ws_1', keyId: 'key_1', desiredState: 'running', status: 'running' } as const;
  return { ...general, runtime, replicas: 1, maxReplicas: 8, updatedAt: ago(60), ...change };
}

/** An installation in which all is well: one instance runs alone, one with a replica, one sleeps. */
function healthy(): Snapshot {
  return {
    now,
    instances: [instance('ins_1'), instance('ins_2', { replicas: 2 }), instance('ins_3', { status: 'sleeping', runtime: null })],
    processes: [process('ins_1'), process('ins_2'), process('ins_2', 1)],
    leftovers: [],
    routes: ['ins_1', 'ins_2'].map((instanceId) => ({
      instanceId,
      workspaceId: 'ws_1',
      address: process(instanceId).runtime.address,
      replicas: instanceId === 'ins_2' ? [process('ins_2', 1).runtime.address] : [],
    })),
    accessTokens: ['ins_1', 'ins_2'],
    stored: {
      keys: [{ id: 'key_1', workspaceId: 'ws_1', hasWorkspace: true, secret: { name: 'smartlead-key/key_1', version: 3 } }],
      secrets: [{ name: 'smartlead-key/key_1', version: 3, createdAt: ago(600) }],
      tokens: ['ins_1', 'ins_2', 'ins_3'].map((instanceId) => ({ instanceId, count: 2 })),
    },
    isLookedAfter: () => false,
  };
}

const kindsOf = (snapshot: Snapshot) => findViolations(snapshot).map(({ kind }) => kind);

it('holds where everything belongs to one live instance and all that should run does', () => {
  expect(findViolations(healthy())).toEqual([]);
});

const [first, replicated, sleeping] = healthy().instances as [ObservedInstance, ObservedInstance, ObservedInstance];
const stranger = process('ins_9');
const runningWarm = (id: string) => ({ id, ref: `task-${id}`, address: 'http://10.0.0.9:3000', startedAt: ago(60) });
const waiting = (id: string): WarmProcess => ({
  id,
  version: '0123456789abcdef',
  size: 'small',
  state: 'warm',
  ref: `task-${id}`,
  address: 'http://10.0.0.9:3000',
  instanceId: null,
  createdAt: ago(60),
  changedAt: ago(60),
});
const routeTo = (instanceId: string, address: string) => ({ instanceId, workspaceId: 'ws_1', address, replicas: [] });

const lostSecret = (key: string) => ({ name: `smartlead-key/${key}`, version: 1, createdAt: ago(600) });
const withStrangers = ({ processes }: Snapshot, count: number) => ({
  processes: [...processes, ...Array.from({ length: count }, (_, index) => process(`ins_stranger_${index}`))],
});

/** How each kind of violation comes to be, all else being well. */
const damages: [ViolationKind, (snapshot: Snapshot) => Partial<Snapshot>][] = [
  ['process_without_instance', ({ processes }) => ({ processes: [...processes, stranger] })],
  ['process_not_wanted', ({ processes }) => ({ processes: [...processes, process('ins_3')] })],
  ['process_not_wanted', ({ processes }) => ({ processes: [...processes, process('ins_1', 1)] })],
  [
    'process_not_recorded',
    () => ({ instances: [{ ...first, runtime: { ...process('ins_1').runtime, ref: '7' } }, replicated, sleeping] }),
  ],
  ['process_doubled', ({ processes }) => ({ processes: [...processes, process('ins_2', 1, 'second')] })],
  ['process_left_over', () => ({ leftovers: [{ instanceId: 'ins_1', processId: 4711 }] })],
  ['process_left_over', () => ({ leftovers: [{ instanceId: null, processId: 4711 }] })],
  [
    'warm_process_unknown',
    () => ({ warm: { known: [waiting('wrm_1')], running: [runningWarm('wrm_1'), runningWarm('wrm_2')] } }),
  ],
  [
    'route_without_instance',
    (all) => ({
      ...all,
      processes: all.processes,
      routes: [...all.routes.slice(1), { ...routeTo('ins_1', process('ins_1').runtime.address), workspaceId: 'ws_2' }],
    }),
  ],
  [
    'route_without_process',
    ({ routes }) => ({
      routes: routes.map((route, index) => (index > 0 ? route : { ...route, replicas: ['http://gone'] })),
    }),
  ],
  ['instance_not_running', ({ processes, routes }) => ({ processes: processes.slice(1), routes: routes.slice(1) })],
  ['instance_without_route', ({ routes }) => ({ routes: routes.slice(1) })],
  [
    'replica_missing',
    ({ processes, routes }) => ({
      processes: processes.slice(0, 2),
      routes: routes.map((route) => ({ ...route, replicas: [] })),
    }),
  ],
  ['operation_overdue', () => ({ instances: [first, replicated, { ...sleeping, status: 'restarting' }] })],
  ['operation_overdue', () => ({ instances: [first, replicated, { ...sleeping, status: 'stopped', desiredState: 'deleted' }] })],
  [
    'secret_without_key',
    ({ stored }) => ({
      stored: { ...stored, secrets: [...stored.secrets, { name: 'smartlead-key/key_1', version: 2, createdAt: ago(66) }] },
    }),
  ],
  ['key_without_secret', ({ stored }) => ({ stored: { ...stored, secrets: [] } })],
  [
    'key_without_workspace',
    ({ stored }) => ({ stored: { ...stored, keys: stored.keys.map((key) => ({ ...key, hasWorkspace: false })) } }),
  ],
  ['access_token_without_instance', ({ accessTokens }) => ({ accessTokens: [...accessTokens, 'ins_9'] })],
  ['orphans_held', (all) => ({ confirmedOrphans: 5, isLookedAfter: () => true, ...withStrangers(all, 6) })],
  ['access_token_without_instance', ({ accessTokens }) => ({ accessTokens: [...accessTokens, 'ins_3'] })],
  [
    'token_without_instance',
    ({ stored }) => ({ stored: { ...stored, tokens: [...stored.tokens, { instanceId: 'ins_9', count: 1 }] } }),
  ],
];

describe('a violation', () => {
  it.each(damages)('%s is found, and nothing else', (kind, damage) => {
    const snapshot = healthy();
    expect(kindsOf({ ...snapshot, ...damage(snapshot) })).toEqual([kind]);
  });

  it('comes with others where one thing breaks two rules', () => {
    const snapshot = healthy();
    const routes = [...snapshot.routes, routeTo('ins_3', process('ins_1').runtime.address)];
    expect(kindsOf({ ...snapshot, routes })).toEqual(['route_shared', 'route_not_wanted', 'route_without_process']);
  });

  it('has a test for each of its kinds', () => {
    const tested = new Set<ViolationKind>([...damages.map(([kind]) => kind), 'route_shared', 'route_not_wanted']);
    expect([...tested].sort()).toEqual([...violationKinds].sort());
  });

  it('names what is meant, and says in a sentence what is wrong', () => {
    for (const [, damage] of damages) {
      const snapshot = healthy();
      for (const { subject, detail } of findViolations({ ...snapshot, ...damage(snapshot) })) {
        expect(subject).not.toBe('');
        expect(detail).toMatch(/^[A-Z].*\.$/);
      }
    }
  });
});

describe('what is not wrong', () => {
  it.each<[string, (snapshot: Snapshot) => Partial<Snapshot>]>([
    [
      'a process of an instance that is being changed',
      ({ processes }) => ({ processes: [...processes, stranger], isLookedAfter: (id) => id === 'ins_9' }),
    ],
    [
      'an instance that is down and waits for its next start',
      ({ processes, routes }) => ({
        processes: processes.slice(1),
        routes: routes.slice(1),
        isLookedAfter: (id) => id === 'ins_1',
      }),
    ],
    [
      'a replica that waits for its next launch',
      ({ processes, routes }) => ({
        processes: processes.slice(0, 2),
        routes: routes.map((route) => ({ ...route, replicas: [] })),
        isLookedAfter: (id) => id === 'ins_2',
      }),
    ],
    [
      'an instance that is on its way for less time than an operation takes',
      () => ({ instances: [first, replicated, { ...sleeping, status: 'provisioning', updatedAt: ago(10) }] }),
    ],
    [
      'a secret that was sealed just now, whose key is about to be stored',
      ({ stored }) => ({
        stored: { ...stored, secrets: [...stored.secrets, { name: 'smartlead-key/key_2', version: 4, createdAt: ago(1) }] },
      }),
    ],
    [
      'more replicas stored than the owner allows now',
      () => ({ instances: [{ ...first, replicas: 3, maxReplicas: 1 }, replicated, sleeping] }),
    ],
  ])('%s', (_what, change) => {
    const snapshot = healthy();
    expect(kindsOf({ ...snapshot, ...change(snapshot) })).toEqual([]);
  });
});

it('of two looks, only what both show counts', () => {
  const snapshot = healthy();
  const earlier = findViolations({ ...snapshot, processes: [...snapshot.processes, stranger, process('ins_3')] });
  const later = findViolations({ ...snapshot, processes: [...snapshot.processes, stranger], routes: [] });
  expect(lastingViolations(earlier, later).map(({ subject }) => subject)).toEqual(['ins_9-0']);
});

it('says of everything that exists to which one instance it belongs: nothing may be added unnoticed', () => {
  const ids = fc.constantFrom('ins_1', 'ins_2', 'ins_3', 'ins_8');
  const addition = fc.oneof(
    fc.record({ add: fc.constant('process' as const), id: ids, replica: fc.nat(3) }),
    fc.record({ add: fc.constant('route' as const), id: ids, replica: fc.nat(3) }),
    fc.record({ add: fc.constant('leftover' as const), id: ids, replica: fc.nat(3) }),
  );
  fc.assert(
    fc.property(addition, ({ add, id, replica }) => {
      const snapshot = healthy();
      const extra = process(id, replica, 'extra');
      const grown: Snapshot = {
        ...snapshot,
        processes: add === 'process' ? [...snapshot.processes, extra] : snapshot.processes,
        routes: add === 'route' ? [...snapshot.routes, routeTo(id, extra.runtime.address)] : snapshot.routes,
        leftovers: add === 'leftover' ? [{ instanceId: id, processId: 1 }] : [],
      };
      expect(findViolations(grown)).not.toEqual([]);
    }),
  );
});

describe('what is held back', () => {
  const heldOf = (change: Partial<Snapshot>) => kindsOf({ ...healthy(), ...change }).filter((kind) => kind === 'orphans_held');

  it('is nothing where there are few orphans, where they are confirmed, and where any number is ended', () => {
    expect(heldOf({ ...withStrangers(healthy(), 5), confirmedOrphans: 0 })).toEqual([]);
    expect(heldOf({ ...withStrangers(healthy(), 60), confirmedOrphans: 60 })).toEqual([]);
    expect(heldOf(withStrangers(healthy(), 60))).toEqual([]);
  });

  it('is of each kind that can belong to nothing: instances, sealed keys and processes that wait', () => {
    const warm = { known: [], running: [1, 2, 3, 4, 5, 6].map((id) => runningWarm(`wrm_${id}`)) };
    const { stored } = healthy();
    const secrets = [...stored.secrets, ...[2, 3, 4, 5, 6, 7].map((id) => lostSecret(`key_${id}`))];
    const damage = { ...withStrangers(healthy(), 6), warm, stored: { ...stored, secrets } };
    const held = findViolations({ ...healthy(), ...damage, confirmedOrphans: 0 }).filter(({ kind }) => kind === 'orphans_held');
    expect(held.map(({ subject }) => subject)).toEqual(['instances', 'sealed keys', 'warm processes']);
  });

  it('says how many there are, and how they are confirmed, before all else', () => {
    const [violation] = findViolations({ ...healthy(), ...withStrangers(healthy(), 60), confirmedOrphans: 59 });
    expect(violation).toMatchObject({ kind: 'orphans_held', subject: 'instances' });
    expect(violation?.detail).toContain('Of 62, 60 belong');
    expect(violation?.detail).toContain('POST /v1/admin/orphans/confirm {"atMost": 60}');
  });
});
