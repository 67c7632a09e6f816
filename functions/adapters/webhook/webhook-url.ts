import { isIP } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** Where messages to webhooks may go. */
export interface WebhookPolicy {
  /** Also to addresses of this machine and of the networks around it. */
  allowPrivateAddresses: boolean;
  /** Also without TLS, to this machine alone; for demonstrations and tests. */
  allowLoopbackHttp: boolean;
}

/** What is wrong with a URL for a webhook, as words that follow its name; `undefined` where it may be tried. */
export function refuseWebhookUrl(text: string, policy: WebhookPolicy): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL such as https://example.com/hook';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or a password';
  const host = hostOf(url);
  if (url.protocol === 'http:' && policy.allowLoopbackHttp && isLoopbackHost(host)) return undefined;
  if (url.protocol !== 'https:') return 'must begin with https://';
  const isLocal = isIP(host) === 0 ? isLoopbackHost(host) : !mayReach(host, url, policy);
  return isLocal && !policy.allowPrivateAddresses ? 'must lead to the public internet, not into a private network' : undefined;
}

/** Whether a message for the URL may be sent to an address that its host was found at. */
export function mayReach(address: string, url: URL, policy: WebhookPolicy): boolean {
  if (url.protocol === 'http:') return policy.allowLoopbackHttp && isLoopbackAddress(address);
  return policy.allowPrivateAddresses || isPublicAddress(address);
}

/** The host without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isLoopbackAddress(host);
}
