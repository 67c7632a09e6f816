/**
 * Name under which the token that the router presents to an instance is sealed. Derived from the instance, so that whoever finds
 * one knows what it belongs to.
 */
export function accessTokenSecretName(instanceId: string): string {
  return `instance-access-token/${instanceId}`;
}
