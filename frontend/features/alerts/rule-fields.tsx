import Stack from '@mui/material/Stack';
import { alertKinds, type Instance } from '../../api/contract.ts';
import { fieldMessage } from '../../api/problem.ts';
import { ChoiceCards } from '../../components/choice-cards.tsx';
import { LabelledField } from '../../components/labelled-field.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { kindWords } from './alert-words.ts';
import { type RuleDraft, type RuleRefusals, withKind } from './rule-draft.ts';

const windows = [5, 10, 15, 30, 60];

const kindChoices = alertKinds.map((kind) => ({ value: kind, title: kindWords[kind].title, text: kindWords[kind].text }));

interface RuleFieldsProps {
  draft: RuleDraft;
  onChange: (draft: RuleDraft) => void;
  refusals: RuleRefusals;
  /** What the service said of the last attempt to save. */
  error: unknown;
  instances: readonly Instance[];
  /** The kind of a rule that exists stays. */
  kindIsFixed: boolean;
}

/** What is watched, from when on it matters, and who is told. */
export function RuleFields({ draft, onChange, refusals, error, instances, kindIsFixed }: RuleFieldsProps) {
  const words = kindWords[draft.kind];
  const shownWindows = windows.includes(Number(draft.windowMinutes)) ? windows : [...windows, Number(draft.windowMinutes)];
  return (
    <Stack spacing={2.25}>
      {!kindIsFixed && (
        <ChoiceCards
          label="What is watched?"
          value={draft.kind}
          onChange={(kind) => onChange(withKind(draft, kind))}
          choices={kindChoices}
          columns={2}
        />
      )}
      <LabelledField
        label="Name"
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.target.value })}
        error={refusals.name ?? fieldMessage(error, 'name')}
      />
      {draft.kind !== 'quota_near' && (
        <LabelledSelect
          label="Instance"
          value={draft.instanceId}
          onChange={(instanceId) => onChange({ ...draft, instanceId })}
          options={[{ value: '', label: 'All instances' }, ...instances.map(({ id, name }) => ({ value: id, label: name }))]}
          error={fieldMessage(error, 'instanceId')}
        />
      )}
      {words.percentLabel !== undefined && (
        <LabelledField
          label={words.percentLabel}
          inputMode="decimal"
          value={draft.percent}
          onChange={(event) => onChange({ ...draft, percent: event.target.value })}
          error={refusals.percent ?? fieldMessage(error, 'threshold')}
        />
      )}
      {words.windowMinutes !== undefined && (
        <LabelledSelect
          label="Looked at over"
          value={draft.windowMinutes}
          onChange={(windowMinutes) => onChange({ ...draft, windowMinutes })}
          options={shownWindows.map((minutes) => ({ value: String(minutes), label: `The last ${minutes} minutes` }))}
          error={fieldMessage(error, 'windowMinutes')}
        />
      )}
      <LabelledField
        label="E-mail addresses"
        help="Several with commas between them."
        type="text"
        autoComplete="email"
        value={draft.emails}
        onChange={(event) => onChange({ ...draft, emails: event.target.value })}
        error={refusals.emails ?? fieldMessage(error, 'emails')}
      />
      <LabelledField
        label="Webhook URL"
        help="Receives a signed POST. Leave it empty to send e-mail only."
        type="url"
        placeholder="https://example.com/alerts"
        value={draft.webhookUrl}
        onChange={(event) => onChange({ ...draft, webhookUrl: event.target.value })}
        error={refusals.webhookUrl ?? fieldMessage(error, 'webhookUrl')}
      />
    </Stack>
  );
}
