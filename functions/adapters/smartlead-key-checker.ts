import { z } from 'zod';
import type { SmartleadHosts } from '../../core/instance-configuration.ts';
import { refusesKey } from '../../core/smartlead-key-refusal.ts';
import type { SmartleadKeyChecker } from '../ports.ts';

const timeoutMilliseconds = 4000;

/** Smartlead also reports failures with status 200, as `{success: false, ...}` or `{ok: false, ...}` in several forms. */
const failureSchema = z.union([z.looseObject({ success: z.literal(false) }), z.looseObject({ ok: z.literal(false) })]);

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
      return interpret(response.status, parseJson(body));
    } catch {
      // Errors of fetch can name the URL, and with it the key: none leaves this place.
      return 'unreachable';
    }
  }
}

function interpret(status: number, body: unknown): 'accepted' | 'refused' | 'unreachable' {
  if (refusesKey(status, body)) return 'refused';
  // No JSON is a page of a proxy or of a firewall, not an answer of Smartlead.
  const isAnswer = status >= 200 && status <= 299 && body !== undefined && !failureSchema.safeParse(body).success;
  return isAnswer ? 'accepted' : 'unreachable';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
