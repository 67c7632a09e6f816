import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { type Profile, profiles, type ToolSelectionKind, type Tools } from '../../../api/contract.ts';
import { ChoiceCards } from '../../../components/choice-cards.tsx';
import type { ToolChoice as Choice } from './access-draft.ts';
import { profileWords, selectionWords } from './access-words.ts';
import { type SelectionSize, SizeText, sizeOf, sizeOfChoice } from './selection-size.tsx';
import { ToolsetChoice } from './toolset-choice.tsx';

/** Those that ask for more come last, near to what they ask. */
const kinds: readonly ToolSelectionKind[] = ['full', 'discovery', 'toolset', 'profile'];

interface ToolChoiceProps {
  choice: Choice;
  onChange: (choice: Choice) => void;
  /** Where not known yet, the choice can still be made. */
  tools: Tools | undefined;
  error: string | undefined;
}

/** Which tools the instance offers: everything, a profile, sets, or the three of discovery. */
export function ToolChoice({ choice, onChange, tools, error }: ToolChoiceProps) {
  return (
    <div>
      <ChoiceCards
        label="Which tools does it offer?"
        value={choice.kind}
        onChange={(kind) => onChange({ ...choice, kind })}
        choices={kinds.map((kind) => ({
          value: kind,
          title: selectionWords[kind].title,
          text: (
            <>
              {selectionWords[kind].text}
              <SizeText size={sizeOfKind(tools, choice, kind)} />
            </>
          ),
        }))}
      />
      {choice.kind === 'profile' && (
        <Nested>
          <ChoiceCards<Profile>
            label="Profile"
            columns={2}
            value={choice.profile}
            onChange={(profile) => onChange({ ...choice, profile })}
            choices={profiles.map((profile) => ({
              value: profile,
              title: profileWords[profile].title,
              text: (
                <>
                  {profileWords[profile].text}
                  <SizeText size={sizeOf(tools, 'profile', profile)} />
                </>
              ),
            }))}
          />
        </Nested>
      )}
      {choice.kind === 'toolset' && (
        <Nested>
          <ToolsetChoice
            chosen={choice.toolsets}
            onChange={(chosen) => onChange({ ...choice, toolsets: chosen })}
            tools={tools}
            error={error}
          />
        </Nested>
      )}
    </div>
  );
}

/** Profiles have their sizes on cards of their own, and sets have one once they are chosen. */
function sizeOfKind(tools: Tools | undefined, choice: Choice, kind: ToolSelectionKind): SelectionSize | undefined {
  if (kind === 'full' || kind === 'discovery') return sizeOf(tools, kind, kind);
  return kind === 'toolset' && choice.kind === kind ? sizeOfChoice(tools, choice) : undefined;
}

function Nested({ children }: { children: ReactNode }) {
  return <Box sx={{ mt: 1.5, ml: { xs: 0, sm: 1.5 }, pl: 1.5, borderLeft: 2, borderColor: 'line.soft' }}>{children}</Box>;
}
