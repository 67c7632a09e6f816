import { z } from 'zod';
import type { SmartleadHosts } from '../../core/instance-configuration.ts';
import type { SmartleadKeyChecker } from '../ports.ts';

const timeoutMilliseconds = 4000;

/**
 * Smartlead also reports failures with status 200, as `{success: false, ...}` or `{ok: false, ...}` in several forms; the code
 * UNAUTHORIZED or the words "Invalid API Key" tell that it is the key. Source: Smartlead's authentication page and error guide, June 2026.
 */
const failureSchema = z.union([z.looseObject({ success: z.literal(false) }), z.looseObject({ ok: z.literal(false) })]);
const keyRefusal = /unauthori[sz]ed|(invalid|missing) api key/i;

/** Checks a key by reading the lead categories, a small list every account has. The key travels in the query, as Smartlead wants it. */
export class SmartleadCategoriesKeyChecker implements SmartleadKeyChecker {
  readonly #coreUrl: string;

  constructor(hosts: SmartleadHosts) {
    this.#coreUrl = hosts.core;
  }

  async check(apiKey: string): Promise<'accepted' | 'refused' | 'unreachable'> {
    const url = new URL(`${this.#coreUrl}/leads/fetch-categories`);
    url.searchParams.set('api_key', apiKey);
    try {
      // No redirects: they would carry the key to a host nobody chose.
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMilliseconds) });
      const body = await response.text();
      if (response.status === 401 || response.status === 403) return 'refused';
      if (!response.ok) return 'unreachable';
      return interpret(body);
    } catch {
      // Errors of fetch can name the URL, and with it the key: none leaves this place.
      return 'unreachable';
    }
  }
}

function interpret(body: string): 'accepted' | 'refused' | 'unreachable' {
  try {
    if (!failureSchema.safeParse(JSON.parse(body)).success) return 'accepted';
    return keyRefusal.test(body) ? 'refused' : 'unreachable';
  } catch {
    return 'unreachable'; // A page of a proxy or of a firewall, not an answer of Smartlead.
  }
}
