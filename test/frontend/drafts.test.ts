import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertKinds } from '../../frontend/api/contract.ts';
import {
  changeOfRule,
  draftOfRule,
  newDraft,
  refusalsOf,
  settingsOf,
  withKind,
} from '../../frontend/features/alerts/rule-draft.ts';
import { isoOfLocal, limitsOf, localOfIso } from '../../frontend/features/instance/logs/log-filter.ts';
import { logLineText } from '../../frontend/features/instance/logs/log-line-text.ts';
import { sleepDraftOf, sleepRefusal, sleepSeconds } from '../../frontend/features/instance/settings/sleep-draft.ts';
import { violationWords } from '../../frontend/features/operators/violation-words.ts';
import { violationKinds } from '../../functions/ports.ts';

describe('the time until an instance sleeps', () => {
  it('comes back from its field as it was, whatever the API holds', () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 5, max: 86_400 })), (seconds) => {
        expect(sleepSeconds(sleepDraftOf(seconds))).toBe(seconds);
      }),
    );
  });

  it.each(['', 'soon', '0', '-5', '0.05', '1441', 'Infinity'])('is not "%s" minutes', (minutes) => {
    const draft = { choice: 'own' as const, minutes };
    expect(sleepSeconds(draft)).toBeUndefined();
    expect(sleepRefusal(draft)).toContain('between 0.1 and 1440');
  });

  it('takes a comma for a point', () => expect(sleepSeconds({ choice: 'own', minutes: ' 1,5 ' })).toBe(90));
});

describe('a rule of alerts', () => {
  it.each(alertKinds)('of kind %s can be saved as it is offered', (kind) => {
    const draft = newDraft('ada@example.com', kind);
    expect(refusalsOf(draft)).toEqual({});
    const settings = settingsOf(draft);
    expect(settings.threshold === null).toBe(kind === 'instance_failed' || kind === 'key_refused');
    expect(settings.windowMinutes).toBe(kind === 'error_rate' ? 15 : undefined);
  });

  it('keeps a name of its own when its kind changes', () => {
    const offered = newDraft('ada@example.com', 'instance_failed');
    expect(withKind(offered, 'quota_near').name).toBe('Quota near');
    expect(withKind({ ...offered, name: 'Mine' }, 'quota_near').name).toBe('Mine');
  });

  it('that was not changed has nothing to save', () => {
    const rule = {
      ...{ id: 'alr_1', name: 'Errors', kind: 'error_rate' as const, instanceId: null, threshold: 0.123, windowMinutes: 7 },
      ...{ emails: ['a@b.example'], webhookUrl: null, enabled: true, createdAt: '2026-11-22T08:00:00.000Z', problem: null },
    };
    expect(changeOfRule(rule, settingsOf(draftOfRule(rule)))).toEqual({});
    expect(changeOfRule(rule, settingsOf({ ...draftOfRule(rule), percent: '50' }))).toEqual({ threshold: 0.5 });
  });

  it.each([
    ['percent', { percent: '0' }],
    ['percent', { percent: '101' }],
    ['percent', { percent: '' }],
    ['name', { name: ' ' }],
    ['emails', { emails: 'ada@example.com, nobody' }],
    ['emails', { emails: '', webhookUrl: '' }],
    ['webhookUrl', { webhookUrl: 'hooks.example.com' }],
  ])('is refused at the field %s for %o', (field, wrong) => {
    expect(Object.keys(refusalsOf({ ...newDraft('ada@example.com', 'error_rate'), ...wrong }))).toEqual([field]);
  });
});

describe('the log', () => {
  it('has a line with all that is known of it', () => {
    const entry = {
      ...{ id: 'log_1', time: '2026-11-22T08:00:00.000Z', level: 'error' as const, message: 'Tool call failed' },
      ...{ tool: 'leads_import', durationMs: 0, outcome: null, requestId: 'req_1', arguments: '{"a":1}' },
    };
    expect(logLineText(entry)).toBe(
      '2026-11-22T08:00:00.000Z error Tool call failed tool=leads_import durationMs=0 requestId=req_1 arguments={"a":1}',
    );
  });

  it('takes local times for what they are', () => {
    const time = '2026-11-22T08:05:00.000Z';
    expect(isoOfLocal(localOfIso(time))).toBe(time);
    expect(isoOfLocal('')).toBe('');
    expect(isoOfLocal('not a time')).toBe('');
    expect(limitsOf('3600000', Date.parse(time))).toEqual({ from: '2026-11-22T07:05:00.000Z', to: '' });
    expect(limitsOf('any')).toEqual({ from: '', to: '' });
  });
});

it.each(violationKinds)('the violation %s has words of its own', (kind) => {
  expect(violationWords(kind)).toMatch(/^[A-Z]/);
});
