import { expect, it } from 'vitest';
import { ParkedSessions } from '../../../../container/router/http-sse/parked-sessions.ts';

it('clients of one token whose many sessions wait for answers cannot push out the one of another', () => {
  const dropped: string[] = [];
  const parked = new ParkedSessions<ReturnType<typeof session>>({ perToken: 32, inAll: 40 });
  const session = (name: string, tokenHash: string) => {
    const made = {
      traits: { tokenHash },
      token: { id: `id-${tokenHash}` },
      isAwaited: true,
      drop: () => {
        dropped.push(name);
        parked.remove(made);
      },
    };
    return made;
  };
  parked.add(session('quiet', 'quiet'));
  for (const token of ['loud-1', 'loud-2', 'loud-3']) {
    for (let count = 0; count < 32; count += 1) parked.add(session(`${token} ${count}`, token));
  }
  expect(dropped).not.toContain('quiet');
  expect(parked.size).toBe(40);
});
