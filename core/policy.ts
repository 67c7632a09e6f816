import { z } from 'zod';

/**
 * How much an instance may do at Smartlead: reads; reads and the writes of daily work; or also those that change the account itself
 * (mailboxes, webhooks, clients, orders). What is listed in {@link policySwitches} needs its own switch under every policy.
 */
export const policies = ['read-only', 'standard', 'full'] as const;
export const policySchema = z.enum(policies);
export type Policy = z.infer<typeof policySchema>;

/** What no policy allows by itself: sending mail, destroying, spending credits, taking or returning secrets. */
export const policySwitches = ['send', 'destroy', 'spend', 'secrets'] as const;
export const policySwitchSchema = z.enum(policySwitches);
export type PolicySwitch = z.infer<typeof policySwitchSchema>;

/** Name of a tool, such as `campaigns_get_all`. */
export const toolNameSchema = z.string().regex(/^[a-z][a-z0-9_]{1,63}$/, 'must be the name of a tool, such as campaigns_get_all');

/** The rules one instance's calls must keep. */
export interface CallPolicy {
  policy: Policy;
  /** Switches that are on. */
  allow: readonly PolicySwitch[];
  /** Where there are any, no other tool may be called. */
  allowedTools?: readonly string[];
  /** Tools that may not be called, whatever else allows them. */
  deniedTools?: readonly string[];
}
