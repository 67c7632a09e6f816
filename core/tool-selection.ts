import { z } from 'zod';

/** Named groups of tools an instance can offer. A tool belongs to exactly one set. */
export const toolsets = [
  'campaigns',
  'leads',
  'inbox',
  'mailboxes',
  'analytics',
  'deliverability',
  'prospecting',
  'senders',
  'agency',
  'webhooks',
] as const;
export const toolsetSchema = z.enum(toolsets);
export type Toolset = z.infer<typeof toolsetSchema>;

/** How much an instance may do at Smartlead. */
export const policies = ['read-only', 'standard', 'full'] as const;
export const policySchema = z.enum(policies);
export type Policy = z.infer<typeof policySchema>;
