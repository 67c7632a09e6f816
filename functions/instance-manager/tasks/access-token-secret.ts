const prefix = 'instance-access-token/';

/**
 * Name under which the token that the router presents to an instance is sealed. Derived from the instance, so that whoever finds
 * one knows what it belongs to.
 */
export function accessTokenSecretName(instanceId: string): string {
  return `${prefix}${instanceId}`;
}

/** The instance a sealed token belongs to; `undefined` for a secret that is no such token. */
export function instanceOfAccessToken(secretName: string): string | undefined {
  return secretName.startsWith(prefix) ? secretName.slice(prefix.length) : undefined;
}
