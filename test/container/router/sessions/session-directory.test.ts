import { expect, it } from 'vitest';
import { MemorySessionDirectory } from '../../../../container/router/sessions/session-directory.ts';
import type { SessionRecord } from '../../../../container/router/sessions/session-record.ts';
import { recordChanges } from '../../../../container/router/sessions/session-recorder.ts';

function record(id: string, workspaceId: string, handshakeBytes = 100): SessionRecord {
  const handshake = { clientInfo: { name: 'x'.repeat(handshakeBytes) } };
  const owner = { instanceId: `ins_${workspaceId}`, workspaceId };
  return { id, ...owner, transport: 'streamable-http', createdAt: Date.now(), handshake, initialized: true };
}

it('forgets the session that was used longest ago where there are too many', () => {
  const directory = new MemorySessionDirectory(2);
  directory.put(record('1', 'a'));
  directory.put(record('2', 'a'));
  directory.get('1');
  directory.put(record('3', 'a'));
  expect([directory.get('1')?.toString(), directory.get('2'), directory.size]).toEqual(['[object Object]', undefined, 2]);
});

it('one workspace that opens sessions without end loses its own, not those of others', () => {
  const directory = new MemorySessionDirectory(100);
  directory.put(record('quiet', 'a'));
  for (let count = 0; count < 1_000; count += 1) directory.put(record(`loud-${count}`, 'b'));
  expect(directory.size).toBe(100);
  expect(directory.get('quiet')).toMatchObject({ id: 'quiet' });
  expect(directory.get('loud-999')).toMatchObject({ id: 'loud-999' });
});

it('takes so much memory, however large the handshakes are', () => {
  const directory = new MemorySessionDirectory(10_000, 1024 * 1024);
  directory.put(record('quiet', 'a'));
  for (let count = 0; count < 1_000; count += 1) directory.put(record(`loud-${count}`, 'b', 50_000));
  expect(directory.size).toBeLessThan(23);
  expect(directory.bytes).toBeLessThanOrEqual(1024 * 1024);
  expect(directory.get('quiet')).toMatchObject({ id: 'quiet' });
  directory.end({ id: 'quiet', workspaceId: 'a' });
  for (let count = 0; count < 1_000; count += 1) directory.end({ id: `loud-${count}`, workspaceId: 'b' });
  expect([directory.size, directory.bytes]).toEqual([0, 0]);
});

it('knows what a record takes after it has changed', () => {
  const directory = new MemorySessionDirectory(10);
  const one = record('1', 'a');
  directory.put(one);
  const before = directory.bytes;
  recordChanges(one, [{ kind: 'subscribed', uri: 'u'.repeat(1_500) }]);
  directory.put(one);
  expect(directory.bytes - before).toBeGreaterThanOrEqual(1_500);
});

it('a session subscribes to as much as a record may hold', () => {
  const one = record('1', 'a');
  for (let count = 0; count < 200; count += 1) recordChanges(one, [{ kind: 'subscribed', uri: `${count}`.padEnd(2_000, 'u') }]);
  expect(JSON.stringify(one.subscriptions).length).toBeLessThan(25_000);
  expect(one.subscriptions?.length).toBeGreaterThan(5);
});

it('one workspace that ends sessions without end brings none of others back to life', () => {
  const directory = new MemorySessionDirectory(100);
  const { id, workspaceId } = record('quiet', 'a');
  directory.end({ id, workspaceId });
  for (let count = 0; count < 1_000; count += 1) directory.end({ id: `loud-${count}`, workspaceId: 'b' });
  directory.put(record('quiet', 'a'));
  expect([directory.get('quiet'), directory.get('loud-999'), directory.get('loud-0')]).toEqual(['ended', 'ended', undefined]);
});
