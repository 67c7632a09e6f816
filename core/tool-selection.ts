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

/** Hand-picked tools of several sets for one kind of work, few enough for a small context. */
export const profiles = ['campaign-builder', 'inbox-agent', 'analyst', 'deliverability'] as const;
export type Profile = (typeof profiles)[number];

/** Three tools that search, describe and call all others. */
export const discovery = 'discovery';

/** What may stand in an instance's `toolsets`: sets, or one profile, or `discovery`. Nothing at all means every tool. */
export const toolSelectionNames = [...new Set([...toolsets, ...profiles, discovery] as const)];
export const toolSelectionNameSchema = z.enum(toolSelectionNames);
export type ToolSelectionName = z.infer<typeof toolSelectionNameSchema>;

/** Names as they are stored and sent: without doubles, and with nothing beside a profile or `discovery`. */
export const toolSelectionSchema = z
  .array(toolSelectionNameSchema)
  .transform((names) => [...new Set(names)])
  .refine((names) => names.length < 2 || names.every(isToolset), 'a profile, or discovery, must stand alone');

export type ToolSelection =
  | { kind: 'full' }
  | { kind: 'discovery' }
  | { kind: 'profile'; profile: Profile }
  | { kind: 'toolsets'; toolsets: Toolset[] };

/**
 * What the names choose. `deliverability` names a profile and a set: alone it is the profile, beside other sets it is the set.
 * @param names Names that {@link toolSelectionSchema} accepts; none, or no list, chooses everything.
 */
export function resolveToolSelection(names: readonly ToolSelectionName[] | undefined): ToolSelection {
  const [first] = names ?? [];
  if (names === undefined || first === undefined) return { kind: 'full' };
  if (names.length === 1 && first === discovery) return { kind: 'discovery' };
  if (names.length === 1 && isProfile(first)) return { kind: 'profile', profile: first };
  return { kind: 'toolsets', toolsets: names.filter(isToolset) };
}

function isToolset(name: string): name is Toolset {
  return (toolsets as readonly string[]).includes(name);
}

function isProfile(name: string): name is Profile {
  return (profiles as readonly string[]).includes(name);
}
