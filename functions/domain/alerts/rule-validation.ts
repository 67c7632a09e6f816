import type { FieldError } from '../../../core/problem.ts';
import type { AlertKind, AlertRule } from '../../ports.ts';

const usualThresholds: Record<AlertKind, number | null> = {
  instance_failed: null,
  error_rate: 0.25,
  key_refused: null,
  quota_near: 0.8,
};

/** The threshold of a rule that names none; `null` for kinds that have none. */
export function usualThreshold(kind: AlertKind): number | null {
  return usualThresholds[kind];
}

/** What is wrong with a rule as a whole. */
export function ruleErrors({ kind, threshold, emails, webhookUrl }: AlertRule): FieldError[] {
  const errors: FieldError[] = [];
  if (threshold !== null && usualThreshold(kind) === null) {
    errors.push({ path: 'threshold', message: `must be null: ${kind} has no threshold` });
  }
  if (emails.length === 0 && webhookUrl === null) {
    errors.push({ path: '', message: 'must name at least one e-mail address or a webhook' });
  }
  return errors;
}
