export type Tier = 'standard' | 'pro';

export type KeyCheck = { outcome: 'accepted'; tier: Tier } | { outcome: 'missing' } | { outcome: 'refused' };

/**
 * Decides about an `api_key`: every `demo-...` key is an account of its own, `demo-pro-...` one with Pro limits; any other key is
 * refused. So a real key that strays into the sandbox opens nothing.
 */
export function checkApiKey(apiKey: string | undefined): KeyCheck {
  if (apiKey === undefined || apiKey === '') return { outcome: 'missing' };
  if (!/^demo-[\w-]{1,120}$/.test(apiKey)) return { outcome: 'refused' };
  return { outcome: 'accepted', tier: /^demo-pro-./.test(apiKey) ? 'pro' : 'standard' };
}

/** The two bodies of a 401. Sources: the authentication page for a missing key, the reference pages for a wrong one. */
export const refusedKeyBodies = {
  missing: { success: false, error: { code: 'UNAUTHORIZED', message: 'Invalid or missing API key' } },
  refused: { message: 'Invalid API Key' },
} as const;
