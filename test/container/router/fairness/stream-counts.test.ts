import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scopes } from '../../../../container/router/fairness/scope.ts';
import { StreamCounts } from '../../../../container/router/fairness/stream-counts.ts';

const streamOf = (hash: string, instanceId = 'i1', workspaceId = 'w1') => ({
  token: { hash, id: hash, instanceId, workspaceId, expiresAt: Number.POSITIVE_INFINITY },
});

describe('the streams of a scope', () => {
  it('close the oldest of the token first, then of the instance, then of the workspace', () => {
    const counts = new StreamCounts({ token: 2, instance: 3, workspace: 4 });
    const [a1, a2, a3, b1, b2, c1, c2] = ['a', 'a', 'a', 'b', 'b', 'c', 'c'].map((hash) =>
      streamOf(hash, hash === 'c' ? 'i2' : 'i1'),
    );
    const add = (stream: typeof a1) => counts.add(stream as NonNullable<typeof a1>);
    expect([add(a1), add(a2)]).toEqual([undefined, undefined]);
    expect(add(a3)).toEqual({ oldest: a1, scope: 'token' });
    expect(add(b1)).toBeUndefined();
    expect(add(b2)).toEqual({ oldest: a2, scope: 'instance' });
    expect(add(c1)).toBeUndefined();
    expect(add(c2)).toEqual({ oldest: a3, scope: 'workspace' });
  });

  it('never are more than the limits, and one more closes one at most, whatever comes and goes', () => {
    const limits = { token: 2, instance: 4, workspace: 6 };
    const step = fc.record({ add: fc.boolean(), token: fc.nat({ max: 5 }), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const counts = new StreamCounts<ReturnType<typeof streamOf>>(limits);
        const open = new Set<ReturnType<typeof streamOf>>();
        for (const { add, token, pick } of steps) {
          if (add) {
            const stream = streamOf(`t${token}`, `i${token % 3}`, 'w');
            open.add(stream);
            const closed = counts.add(stream)?.oldest;
            if (closed !== undefined) expect(open.delete(closed)).toBe(true);
          } else {
            const stream = [...open][pick % Math.max(1, open.size)];
            if (stream !== undefined) counts.remove(stream);
            if (stream !== undefined) open.delete(stream);
          }
          for (const stream of open) {
            for (const scope of scopes) expect(counts.countOf(scope, stream.token)).toBeLessThanOrEqual(limits[scope]);
          }
        }
        for (const stream of open) counts.remove(stream);
        for (const scope of scopes) expect(counts.countOf(scope, streamOf('t0', 'i0', 'w').token)).toBe(0);
      }),
    );
  });
});
