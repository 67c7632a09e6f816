import { describe, expect, it } from 'vitest';
import { CallRates } from '../../../../container/router/fairness/call-rates.ts';

const limits = {
  maxCallsPerSecondPerToken: 2,
  maxCallsPerSecondPerInstance: 3,
  maxCallsPerSecondPerWorkspace: 4,
  callBurstSeconds: 1,
};
const tokenOf = (hash: string, instanceId = 'i1', workspaceId = 'w1') => ({
  ...{ hash, id: hash, instanceId, workspaceId },
  expiresAt: Number.POSITIVE_INFINITY,
});

describe('the rate of calls', () => {
  it('is bounded for the token, the instance and the workspace, and names whose bound was reached', () => {
    const rates = new CallRates(limits);
    expect([1, 2, 3].map(() => rates.admit(tokenOf('a'), 1, 0))).toEqual([undefined, undefined, 'token']);
    expect([1, 2].map(() => rates.admit(tokenOf('b'), 1, 0))).toEqual([undefined, 'instance']);
    expect([1, 2].map(() => rates.admit(tokenOf('c', 'i2'), 1, 0))).toEqual([undefined, 'workspace']);
    expect(rates.admit(tokenOf('d', 'i3', 'w2'), 1, 0)).toBeUndefined();
  });

  it('takes nothing for what it refuses', () => {
    const rates = new CallRates(limits);
    expect(rates.admit(tokenOf('a'), 2, 0)).toBeUndefined();
    for (let each = 0; each < 100; each += 1) expect(rates.admit(tokenOf('a'), 1, 0)).toBe('token');
    expect(rates.admit(tokenOf('b'), 1, 0)).toBeUndefined();
  });

  it('does not start anew with a new token', () => {
    const rates = new CallRates(limits);
    const admitted = Array.from({ length: 50 }, (_, index) => rates.admit(tokenOf(`t${index}`), 1, 0));
    expect(admitted.filter((reached) => reached === undefined)).toHaveLength(3);
  });

  it('remembers only those that asked a moment ago', () => {
    const rates = new CallRates(limits);
    for (let index = 0; index < 1_000; index += 1) rates.admit(tokenOf(`t${index}`, `i${index}`, `w${index}`), 1, 0);
    expect(rates.size).toBe(3_000);
    rates.admit(tokenOf('late'), 1, 60_000);
    expect(rates.size).toBe(3);
  });
});
