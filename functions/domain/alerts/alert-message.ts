import type { Alert, AlertMessage, AlertRule } from '../../ports.ts';

const headlines: Record<Alert['kind'], string> = {
  instance_failed: 'An instance failed',
  error_rate: 'Many calls fail',
  key_refused: 'Smartlead refuses a key',
  quota_near: 'A quota is nearly used up',
};

/** What one recipient is told of an alert. `id` is that of the delivery. */
export function alertMessage(id: string, rule: AlertRule, alert: Alert, publicUrl: string): AlertMessage {
  const { instanceId } = alert;
  const link = instanceId === null ? publicUrl : `${publicUrl}/instances/${instanceId}`;
  return {
    id,
    subject: `${headlines[alert.kind]}: ${rule.name}`,
    text: `${alert.message}\nSince ${alert.startedAt.slice(0, 16).replace('T', ' ')} UTC. You are told once, until it has ended.`,
    link,
    event: {
      type: 'alert.fired',
      timestamp: alert.startedAt,
      data: {
        alertId: alert.id,
        ruleId: rule.id,
        ruleName: rule.name,
        kind: alert.kind,
        workspaceId: alert.workspaceId,
        instanceId,
        message: alert.message,
        startedAt: alert.startedAt,
        link,
      },
    },
  };
}

/** A message that shows whether the rule's recipients can be reached. `now` is ISO 8601 in UTC. */
export function testMessage(id: string, rule: AlertRule, publicUrl: string, now: string): AlertMessage {
  const text = `This is a test of the alert rule "${rule.name}". Nothing is wrong.`;
  return {
    id,
    subject: `Test: ${rule.name}`,
    text,
    link: publicUrl,
    event: {
      type: 'alert.test',
      timestamp: now,
      data: {
        alertId: null,
        ruleId: rule.id,
        ruleName: rule.name,
        kind: rule.kind,
        workspaceId: rule.workspaceId,
        instanceId: rule.instanceId,
        message: text,
        startedAt: now,
        link: publicUrl,
      },
    },
  };
}
