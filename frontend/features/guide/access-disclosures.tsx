import Stack from '@mui/material/Stack';
import type { Tools } from '../../api/contract.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { type AccessDraft, accessRefusal } from '../instance/access/access-draft.ts';
import { profileWords, selectionWords, switchWords, toolsetTitles } from '../instance/access/access-words.ts';
import { PolicySwitchChoice } from '../instance/access/policy-switch-choice.tsx';
import { sizeInWords, sizeOfChoice } from '../instance/access/selection-size.tsx';
import { ToolChoice } from '../instance/access/tool-choice.tsx';
import { ToolLists } from '../instance/access/tool-lists.tsx';

interface AccessDisclosuresProps {
  access: AccessDraft;
  onChange: (access: AccessDraft) => void;
  tools: Tools | undefined;
  /** Why the service refused the settings. */
  problem: unknown;
}

/** What can wait until later: everything is set so that nothing bad can happen. */
export function AccessDisclosures({ access, onChange, tools, problem }: AccessDisclosuresProps) {
  const refusal = accessRefusal(access);
  return (
    <Stack spacing={1}>
      <Disclosure title="Risky actions" present={switchesInWords(access)}>
        <PolicySwitchChoice
          compact
          policy={access.policy}
          allow={access.allow}
          onChange={(allow) => onChange({ ...access, allow })}
        />
      </Disclosure>
      <Disclosure title="Tools" present={refusal ?? toolsInWords(access, tools)}>
        <Stack spacing={2}>
          <ToolChoice
            choice={access.tools}
            onChange={(chosen) => onChange({ ...access, tools: chosen })}
            tools={tools}
            error={refusal}
          />
          <ToolLists lists={access} onChange={(lists) => onChange({ ...access, ...lists })} tools={tools} problem={problem} />
        </Stack>
      </Disclosure>
    </Stack>
  );
}

function switchesInWords({ allow }: AccessDraft): string {
  if (allow.length === 0) return 'All off: it sends, deletes and spends nothing';
  return `On: ${allow.map((name) => switchWords[name].title.toLowerCase()).join(', ')}`;
}

function toolsInWords({ tools: choice }: AccessDraft, tools: Tools | undefined): string {
  const size = sizeOfChoice(tools, choice);
  return size === undefined ? titleOf(choice) : `${titleOf(choice)}: ${sizeInWords(size)}`;
}

function titleOf({ kind, profile, toolsets }: AccessDraft['tools']): string {
  if (kind === 'profile') return profileWords[profile].title;
  return kind === 'toolset' ? toolsets.map((name) => toolsetTitles[name]).join(', ') : selectionWords[kind].title;
}
