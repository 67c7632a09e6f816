import { describe, expect, it } from 'vitest';
import { RestartPolicy } from '../../../functions/instance-manager/restart-policy.ts';

const minute = 60_000;

describe('the restart policy', () => {
  it('doubles its pauses from one second, with a quarter of jitter around them', () => {
    const shortest = new RestartPolicy(() => 0);
    const longest = new RestartPolicy(() => 0.999_999);
    for (const pause of [0, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000]) {
      expect(shortest.died('ins_1', 0)).toEqual({ restart: true, pauseMilliseconds: pause * 0.875 });
      expect(longest.died('ins_1', 0)).toEqual({ restart: true, pauseMilliseconds: pause * 1.125 });
    }
    expect(shortest.died('ins_1', 0)).toEqual({ restart: false, deaths: 10 });
  });

  it('counts the deaths of one hour only', () => {
    const policy = new RestartPolicy(() => 0.5);
    for (let death = 0; death < 30; death += 1) expect(policy.died('ins_1', death * 7 * minute)).toMatchObject({ restart: true });
    const pauses = Array.from({ length: 3 }, (_, death) => policy.died('ins_1', (30 + death) * 7 * minute));
    for (const decision of pauses) expect(decision).toEqual({ restart: true, pauseMilliseconds: 128_000 });
  });

  it('never gives up what the platform could not start, and does not count that as a death', () => {
    const policy = new RestartPolicy(() => 0.5);
    const pauses = Array.from({ length: 12 }, () => policy.couldNotStart('ins_1').pauseMilliseconds / 1000);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    expect(policy.died('ins_1', 0)).toEqual({ restart: true, pauseMilliseconds: 0 });
    expect(policy.couldNotStart('ins_1')).toEqual({ restart: true, pauseMilliseconds: 1000 });
    policy.cameUp('ins_1', 0);
    expect(policy.couldNotStart('ins_1')).toEqual({ restart: true, pauseMilliseconds: 1000 });
    expect(policy.died('ins_1', minute)).toEqual({ restart: true, pauseMilliseconds: 1000 });
  });

  it('forgets after ten minutes of life, after giving up and when told', () => {
    const policy = new RestartPolicy(() => 0.5);
    const first = { restart: true, pauseMilliseconds: 0 };
    expect(policy.died('ins_1', 0)).toEqual(first);
    policy.cameUp('ins_1', 1000);
    expect(policy.died('ins_1', 9 * minute)).toEqual({ restart: true, pauseMilliseconds: 1000 });
    policy.cameUp('ins_1', 9 * minute);
    expect(policy.died('ins_1', 19 * minute)).toEqual(first);
    policy.retain(new Set());
    expect(policy.died('ins_1', 19 * minute)).toEqual(first);
    for (let death = 0; death < 9; death += 1) policy.died('ins_1', 19 * minute);
    expect(policy.died('ins_1', 20 * minute)).toEqual(first);
  });
});
