import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { readSignedAddress, signAddress } from '../../../../container/router/redis/signed-address.ts';
import { SessionIds } from '../../../../container/router/sessions/session-id.ts';

const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const;
const seed = { instanceId: 'ins_1', workspaceId: 'ws_1', transport: 'streamable-http' } as const;
const minute = 60_000;

it('an id is read through a rotation, by those who know of it and by those who do not use the new key yet', () => {
  const before = new SessionIds(first, [second]).issue(seed);
  const after = new SessionIds(second, [first]).issue(seed);
  for (const ids of [new SessionIds(first, [second]), new SessionIds(second, [first])]) {
    expect(ids.read(before, minute)).toMatchObject({ id: before, ...seed });
    expect(ids.read(after, minute)).toMatchObject({ id: after, ...seed });
  }
  const later = new SessionIds(third, [second]);
  expect(later.read(after, minute)).toBeDefined();
  expect(later.read(before, minute)).toBeUndefined();
});

it('no key may be short, whether it signs or is believed', () => {
  const short = randomBytes(31);
  expect(() => new SessionIds(short)).toThrow('at least 32 bytes');
  expect(() => new SessionIds(first, [short])).toThrow('at least 32 bytes');
});

it('the address of a router is believed through a rotation, and by nobody who knows none of the keys', () => {
  const address = { url: 'http://10.64.0.7:8081', secret: 'one' };
  const said = signAddress('router-1', address, second);
  expect(readSignedAddress('router-1', said, [first, second])).toEqual(address);
  expect(readSignedAddress('router-2', said, [first, second])).toBeUndefined();
  expect(readSignedAddress('router-1', said, [first])).toBeUndefined();
});
