import Stack from '@mui/material/Stack';
import type { Tools } from '../../../api/contract.ts';
import { fieldMessage } from '../../../api/problem.ts';
import { Disclosure } from '../../../components/disclosure.tsx';
import type { AccessDraft } from './access-draft.ts';
import { ToolNamesField } from './tool-names-field.tsx';

type Lists = Pick<AccessDraft, 'allowedTools' | 'deniedTools'>;

interface ToolListsProps {
  lists: Lists;
  onChange: (lists: Lists) => void;
  tools: Tools | undefined;
  /** Why the service refused the settings. */
  problem: unknown;
}

/** Tools one by one: which alone may be called, and which never. */
export function ToolLists({ lists, onChange, tools, problem }: ToolListsProps) {
  return (
    <Disclosure title="Advanced: single tools" present={inWords(lists)}>
      <Stack spacing={2.5}>
        <ToolNamesField
          label="Only these tools"
          help="Where there are any here, all others are hidden and refused. Leave it empty for no such list."
          names={lists.allowedTools}
          onChange={(allowedTools) => onChange({ ...lists, allowedTools })}
          tools={tools}
          error={fieldMessage(problem, 'allowedTools')}
        />
        <ToolNamesField
          label="Never these tools"
          help="Hidden and refused, whatever else allows them."
          names={lists.deniedTools}
          onChange={(deniedTools) => onChange({ ...lists, deniedTools })}
          tools={tools}
          error={fieldMessage(problem, 'deniedTools')}
        />
      </Stack>
    </Disclosure>
  );
}

function inWords({ allowedTools, deniedTools }: Lists): string {
  if (allowedTools.length === 0 && deniedTools.length === 0) return 'No tool is allowed or denied by itself';
  const parts = [
    allowedTools.length > 0 ? `only ${counted(allowedTools)}` : undefined,
    deniedTools.length > 0 ? `never ${counted(deniedTools)}` : undefined,
  ].filter((part) => part !== undefined);
  const text = parts.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function counted(names: readonly string[]): string {
  return names.length === 1 ? '1 tool' : `${names.length} tools`;
}
