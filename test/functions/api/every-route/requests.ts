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
  };
  return bodies[operationId];
}

/** The path of a route with identifiers in place of its parameters. */
export function pathOf(route: Route, identifiers: Partial<Record<'key' | 'instance' | 'token', string>> = {}): string {
  const kind = route.path.startsWith('/v1/keys/') ? 'key' : 'instance';
  return route.path
    .replace('{id}', identifiers[kind] ?? createIdentifier(kind))
    .replace('{tokenId}', identifiers.token ?? createIdentifier('token'));
}
