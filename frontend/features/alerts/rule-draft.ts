import type { AlertKind, AlertRule, AlertRuleSettings } from '../../api/contract.ts';
import { kindWords } from './alert-words.ts';

/** A rule as the fields of its form hold it. */
export interface RuleDraft {
  name: string;
  kind: AlertKind;
  /** Empty: all instances. */
  instanceId: string;
  percent: string;
  windowMinutes: string;
  /** Addresses, with commas, spaces or lines between them. */
  emails: string;
  webhookUrl: string;
  enabled: boolean;
}

export type RuleRefusals = Partial<Record<'name' | 'percent' | 'emails' | 'webhookUrl', string>>;

/** What a new rule of the kind begins with; it goes to whoever makes it. */
export function newDraft(email: string, kind: AlertKind = 'instance_failed'): RuleDraft {
  const draft = { name: '', instanceId: '', emails: email, webhookUrl: '', enabled: true };
  return withKind({ ...draft, kind, percent: '', windowMinutes: '' }, kind);
}

/** The same for another kind, with that kind's usual numbers. */
export function withKind(draft: RuleDraft, kind: AlertKind): RuleDraft {
  const words = kindWords[kind];
  const named = draft.name === '' || draft.name === kindWords[draft.kind].title;
  return {
    ...draft,
    kind,
    name: named ? words.title : draft.name,
    percent: String(words.percent ?? ''),
    windowMinutes: String(words.windowMinutes ?? ''),
  };
}

export function draftOfRule(rule: AlertRule): RuleDraft {
  const words = kindWords[rule.kind];
  return {
    name: rule.name,
    kind: rule.kind,
    instanceId: rule.instanceId ?? '',
    percent: rule.threshold === null ? String(words?.percent ?? '') : String(Math.round(rule.threshold * 10_000) / 100),
    windowMinutes: String(rule.windowMinutes),
    emails: rule.emails.join(', '),
    webhookUrl: rule.webhookUrl ?? '',
    enabled: rule.enabled,
  };
}

/** What the service is told. Numbers that the kind does not use are left out of it. */
export function settingsOf(draft: RuleDraft): Partial<AlertRuleSettings> {
  const words = kindWords[draft.kind];
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    instanceId: draft.instanceId === '' ? null : draft.instanceId,
    threshold: words.percent === undefined ? null : Math.round(percentOf(draft) * 100) / 10_000,
    ...(words.windowMinutes !== undefined && { windowMinutes: Number(draft.windowMinutes) }),
    emails: addressesOf(draft),
    webhookUrl: draft.webhookUrl.trim() === '' ? null : draft.webhookUrl.trim(),
    enabled: draft.enabled,
  };
}

/** Only what differs from the rule. */
export function changeOfRule(rule: AlertRule, settings: Partial<AlertRuleSettings>): Partial<AlertRuleSettings> {
  const differs = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(rule[name as keyof AlertRuleSettings]);
  return Object.fromEntries(Object.entries(settings).filter(differs));
}

/** What is wrong with the draft, at its fields. */
export function refusalsOf(draft: RuleDraft): RuleRefusals {
  const refusals: RuleRefusals = {};
  const percent = percentOf(draft);
  const addresses = addressesOf(draft);
  const wrong = addresses.find((address) => !/^[^@\s]+@[^@\s]+$/.test(address));
  if (draft.name.trim() === '') refusals.name = 'Give the rule a name.';
  if (kindWords[draft.kind].percent !== undefined && !(percent > 0 && percent <= 100)) {
    refusals.percent = 'Type a number above 0, 100 at most.';
  }
  if (wrong !== undefined) refusals.emails = `“${wrong}” is not an e-mail address.`;
  if (draft.webhookUrl.trim() !== '' && !/^https?:\/\/[^/\s]+/.test(draft.webhookUrl.trim())) {
    refusals.webhookUrl = 'Type a URL that begins with https://.';
  }
  if (addresses.length === 0 && draft.webhookUrl.trim() === '') {
    refusals.emails = 'Say where it goes: an e-mail address, a webhook, or both.';
  }
  return refusals;
}

function percentOf({ percent }: RuleDraft): number {
  return percent.trim() === '' ? Number.NaN : Number(percent.trim().replace(',', '.'));
}

function addressesOf({ emails }: RuleDraft): string[] {
  return emails.split(/[\s,;]+/).filter((address) => address !== '');
}
