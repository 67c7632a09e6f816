import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceStatuses } from '../../../../core/instance-status.ts';
import { type AlertObservation, decideAlerts } from '../../../../functions/domain/alerts/evaluate.ts';
import { observeErrorRate, observeFailure, observeKey, observeQuota } from '../../../../functions/domain/alerts/observations.ts';
import type { Alert, AlertRule } from '../../../../functions/ports.ts';
import { newInstance } from '../../adapters/store-contract/fixtures.ts';

const rule: AlertRule = {
  ...{ id: 'alr_1', workspaceId: 'ws_1', name: 'Rule', kind: 'error_rate', instanceId: null, threshold: 0.5, windowMinutes: 15 },
  ...{ emails: [], webhookUrl: 'https://example.com', enabled: true, createdAt: '2026-11-22T08:00:00.000Z' },
};

function alertFor(subject: string): Alert {
  return {
    ...{ id: `alt_${subject}`, workspaceId: 'ws_1', ruleId: rule.id, kind: rule.kind, subject, instanceId: subject },
    ...{ message: '', startedAt: rule.createdAt, endedAt: null },
  };
}

const observed = (subject: string, state: AlertObservation['state']): AlertObservation => ({
  ...{ subject, instanceId: subject, state, message: `${subject} is ${state}` },
});

describe('a rule', () => {
  it('tells of each thing once until it has ended, whatever happens and however often it is looked at', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ subject: fc.constantFrom('a', 'b'), state: fc.constantFrom('bad', 'good', 'unclear') })),
        (looks) => {
          const states = new Map<string, AlertObservation['state']>();
          let open: Alert[] = [];
          let isTold = new Set<string>();
          for (const { subject, state } of looks) {
            states.set(subject, state);
            const observations = [...states].map(([name, each]) => observed(name, each));
            const decision = decideAlerts(rule, observations, open);
            for (const each of decision.open) {
              expect(isTold.has(each.subject)).toBe(false);
              expect(each.state).toBe('bad');
              isTold.add(each.subject);
            }
            isTold = new Set([...isTold].filter((name) => states.get(name) !== 'good'));
            open = [
              ...open.filter((alert) => !decision.end.includes(alert)),
              ...decision.open.map((each) => alertFor(each.subject)),
            ];
            expect(new Set(open.map((alert) => alert.subject))).toEqual(isTold);
            // A second look at the same finds nothing new.
            expect(decideAlerts(rule, observations, open)).toEqual({ open: [], end: [] });
          }
        },
      ),
    ));

  it('about one instance is about no other, and ends what it told of another', () => {
    const ofOne = { ...rule, instanceId: 'a' };
    const decision = decideAlerts(ofOne, [observed('a', 'bad'), observed('b', 'bad')], [alertFor('b')]);
    expect(decision.open.map((each) => each.subject)).toEqual(['a']);
    expect(decision.end.map((each) => each.subject)).toEqual(['b']);
  });

  it('that is switched off, or whose subject is gone, ends its alerts', () => {
    expect(decideAlerts({ ...rule, enabled: false }, [observed('a', 'bad')], [alertFor('a')]).end).toHaveLength(1);
    expect(decideAlerts(rule, [], [alertFor('a')]).end).toHaveLength(1);
  });
});

describe('what is observed', () => {
  it('of every status: a failure is over only where the instance is at rest or serves', () => {
    const state = (status: (typeof instanceStatuses)[number], observe: typeof observeFailure) =>
      observe(newInstance('ws_1', 'key_1', { status })).state;
    for (const status of instanceStatuses) {
      const isOnItsWay = ['provisioning', 'restarting', 'stopping'].includes(status);
      const otherwise = isOnItsWay ? 'unclear' : 'good';
      expect([status, state(status, observeFailure)]).toEqual([status, status === 'failed' ? 'bad' : otherwise]);
      expect([status, state(status, observeKey)]).toEqual([status, status === 'unauthenticated' ? 'bad' : otherwise]);
    }
  });

  it.each([
    [9, 9, 'unclear'],
    [10, 5, 'bad'],
    [100, 49, 'unclear'],
    [100, 40, 'unclear'],
    [100, 39, 'good'],
    [3, 0, 'good'],
    [0, 0, 'good'],
  ] as const)('of %i calls and %i errors at a threshold of a half: %s', (calls, errors, state) => {
    expect(observeErrorRate(rule, { id: 'a', name: 'A' }, { calls, errors }).state).toBe(state);
  });

  it.each([
    [400, 'bad'],
    [399, 'unclear'],
    [380, 'unclear'],
    [379, 'good'],
  ] as const)('of %i of 500 things at a threshold of 0.8: %s', (used, state) => {
    const use = { quota: 'instances', words: 'instances', instanceId: null, used, limit: 500 };
    expect(observeQuota({ threshold: 0.8 }, use).state).toBe(state);
  });
});
