import { createIdentifier } from '../../../../core/identifiers.ts';
import { apiResources } from '../../../../functions/api/resources.ts';
import type { Route } from '../../../../functions/api/route.ts';

export const allRoutes: readonly Route[] = apiResources.flatMap((resource) => resource.routes);

/** A valid body for each operation that takes one. */
export function validBody(operationId: string, keyId = createIdentifier('key')): Record<string, unknown> | undefined {
  const bodies: Record<string, Record<string, unknown>> = {
    signUp: { email: 'grace@example.com', password: 'a long pass phrase' },
    signIn: { email: 'ada@example.com', password: 'a long pass phrase' },
    createKey: { label: 'Main', apiKey: 'demo-another-key' },
    rotateKey: { apiKey: 'demo-another-key' },
    createInstance: { name: 'Campaigns', keyId },
    updateInstance: { name: 'Other name' },
    createToken: { label: 'n8n' },
    startArgumentLogging: { minutes: 5 },
    createAlertRule: { name: 'Failures', kind: 'instance_failed', webhookUrl: 'https://hooks.example.com/alerts' },
    updateAlertRule: { name: 'Other name' },
    adminConfirmOrphans: { atMost: 6 },
  };
  return bodies[operationId];
}

const kindByPath = { '/v1/keys/': 'key', '/v1/alert-rules/': 'alertRule', '/v1/admin/rollouts/': 'rollout' } as const;

/** The path of a route with identifiers in place of its parameters. */
export function pathOf(
  route: Route,
  identifiers: Partial<Record<'key' | 'instance' | 'token' | 'alertRule' | 'rollout', string>> = {},
): string {
  const kind = Object.entries(kindByPath).find(([path]) => route.path.startsWith(path))?.[1] ?? 'instance';
  return route.path
    .replace('{id}', identifiers[kind] ?? createIdentifier(kind))
    .replace('{tokenId}', identifiers.token ?? createIdentifier('token'));
}
