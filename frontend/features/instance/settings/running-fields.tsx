import Stack from '@mui/material/Stack';
import type { InstanceSize } from '../../../api/contract.ts';
import { fieldMessage } from '../../../api/problem.ts';
import { LabelledField } from '../../../components/labelled-field.tsx';
import { LabelledSelect } from '../../../components/labelled-select.tsx';
import { type SleepDraft, sleepChoices, sleepRefusal } from './sleep-draft.ts';

/** What an instance may take of the machine, and when it takes nothing. */
export interface RunningDraft {
  size: InstanceSize;
  sleep: SleepDraft;
  maxReplicas: number;
}

const sizes: readonly { value: InstanceSize; label: string }[] = [
  { value: 'small', label: 'Small (128 MB)' },
  { value: 'medium', label: 'Medium (256 MB)' },
  { value: 'large', label: 'Large (512 MB)' },
];

const processes = Array.from({ length: 8 }, (_, index) => ({
  value: String(index + 1),
  label: index === 0 ? 'One' : `Up to ${index + 1}`,
}));

interface RunningFieldsProps {
  draft: RunningDraft;
  onChange: (draft: RunningDraft) => void;
  /** What the service said of the last attempt to save. */
  error: unknown;
}

export function RunningFields({ draft, onChange, error }: RunningFieldsProps) {
  const ownTime = draft.sleep.choice === 'own';
  return (
    <Stack spacing={3}>
      <LabelledSelect
        label="Memory"
        value={draft.size}
        onChange={(size) => onChange({ ...draft, size })}
        options={sizes}
        help="Small is enough for a few clients at once."
        error={fieldMessage(error, 'size')}
      />
      <LabelledSelect
        label="Processes"
        value={String(draft.maxReplicas)}
        onChange={(count) => onChange({ ...draft, maxReplicas: Number(count) })}
        options={processes}
        help="More are started only while one is not enough for its clients. All share the URL and the rate limit of the key."
        error={fieldMessage(error, 'maxReplicas')}
      />
      <LabelledSelect
        label="Sleep when idle"
        value={draft.sleep.choice}
        onChange={(choice) => onChange({ ...draft, sleep: { ...draft.sleep, choice } })}
        options={sleepChoices}
        help="Clients stay connected while it sleeps; the first call after it takes about half a second longer."
        error={ownTime ? undefined : fieldMessage(error, 'sleepAfterSeconds')}
      />
      {ownTime && (
        <LabelledField
          label="Minutes without a call"
          inputMode="decimal"
          value={draft.sleep.minutes}
          onChange={(event) => onChange({ ...draft, sleep: { ...draft.sleep, minutes: event.target.value } })}
          error={sleepRefusal(draft.sleep) ?? fieldMessage(error, 'sleepAfterSeconds')}
        />
      )}
    </Stack>
  );
}
