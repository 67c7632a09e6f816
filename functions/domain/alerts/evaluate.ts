import type { Alert, AlertRule } from '../../ports.ts';

/** What is known of one thing that a rule can fire for. */
export interface AlertObservation {
  /** Id of an instance, or name of a quota. */
  subject: string;
  instanceId: string | null;
  /**
   * `bad`: what the rule waits for. `good`: it is over. `unclear`: neither, as of an instance that is just being started again; it fires
   * nothing and ends nothing.
   */
  state: 'bad' | 'good' | 'unclear';
  /** In words, where it is bad. */
  message: string;
}

export interface AlertDecision {
  /** What to tell of now: what was not told of since it last ended. */
  open: AlertObservation[];
  /** Alerts that are over. */
  end: Alert[];
}

/**
 * Decides what a rule does about what was observed. An alert is told of once and stays open until the thing is good again or gone;
 * a rule that was switched off ends its alerts.
 */
export function decideAlerts(
  rule: AlertRule,
  observations: readonly AlertObservation[],
  openAlerts: readonly Alert[],
): AlertDecision {
  const watched = rule.enabled ? observations.filter((each) => watches(rule, each)) : [];
  const observed = new Map(watched.map((each) => [each.subject, each]));
  const isOpen = new Set(openAlerts.map((alert) => alert.subject));
  return {
    open: watched.filter(({ state, subject }) => state === 'bad' && !isOpen.has(subject)),
    end: openAlerts.filter(({ subject }) => (observed.get(subject)?.state ?? 'good') === 'good'),
  };
}

/** A rule about one instance is not about the quotas of its workspace. */
function watches(rule: AlertRule, { instanceId }: AlertObservation): boolean {
  return rule.instanceId === null || instanceId === rule.instanceId;
}
