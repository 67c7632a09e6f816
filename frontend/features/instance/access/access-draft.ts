import { type Instance, type Profile, profiles, type ToolSelectionKind, type Toolset, toolsets } from '../../../api/contract.ts';
import type { AccessSettings } from '../../../api/instances.ts';

/** Which tools are chosen. What belongs to another kind is kept, so that a look at it loses nothing. */
export interface ToolChoice {
  kind: ToolSelectionKind;
  profile: Profile;
  toolsets: readonly Toolset[];
}

/** What an instance may do, as a form holds it: lists are empty where the API has none. */
export interface AccessDraft extends Pick<Instance, 'policy' | 'allow'> {
  tools: ToolChoice;
  allowedTools: readonly string[];
  deniedTools: readonly string[];
}

/** The sets of daily work, for whoever begins to choose sets. */
const dailyToolsets: readonly Toolset[] = ['campaigns', 'leads', 'inbox', 'mailboxes', 'analytics'];

/** What the API takes where nothing is said. */
export const defaultAccess: AccessDraft = {
  policy: 'read-only',
  allow: [],
  tools: { kind: 'full', profile: 'campaign-builder', toolsets: dailyToolsets },
  allowedTools: [],
  deniedTools: [],
};

export function draftOf(settings: AccessSettings): AccessDraft {
  return {
    policy: settings.policy,
    allow: settings.allow,
    tools: { ...defaultAccess.tools, ...choiceOf(settings.toolsets ?? []) },
    allowedTools: settings.allowedTools ?? [],
    deniedTools: settings.deniedTools ?? [],
  };
}

export function settingsOf(draft: AccessDraft): AccessSettings {
  return {
    policy: draft.policy,
    allow: draft.allow,
    toolsets: namesOf(draft.tools),
    allowedTools: draft.allowedTools.length === 0 ? null : draft.allowedTools.toSorted(),
    deniedTools: draft.deniedTools.length === 0 ? null : draft.deniedTools.toSorted(),
  };
}

/** Only what differs from the present settings. */
export function accessChange(present: AccessSettings, draft: AccessDraft): Partial<AccessSettings> {
  const before = settingsOf(draftOf(present));
  const changed = Object.entries(settingsOf(draft)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof AccessSettings]),
  );
  return Object.fromEntries(changed) as Partial<AccessSettings>;
}

/** What keeps the draft from being saved, in words. */
export function accessRefusal({ tools }: AccessDraft): string | undefined {
  return tools.kind === 'toolset' && tools.toolsets.length === 0 ? 'Choose at least one set.' : undefined;
}

function choiceOf(names: NonNullable<AccessSettings['toolsets']>): Partial<ToolChoice> {
  const [first] = names;
  if (first === undefined) return { kind: 'full' };
  if (first === 'discovery') return { kind: 'discovery' };
  const profile = profiles.find((each) => each === first);
  if (names.length === 1 && profile !== undefined) return { kind: 'profile', profile };
  return { kind: 'toolset', toolsets: toolsets.filter((each) => names.includes(each)) };
}

function namesOf({ kind, profile, toolsets: chosen }: ToolChoice): AccessSettings['toolsets'] {
  if (kind === 'full') return null;
  if (kind === 'discovery') return ['discovery'];
  return kind === 'profile' ? [profile] : toolsets.filter((each) => chosen.includes(each));
}
