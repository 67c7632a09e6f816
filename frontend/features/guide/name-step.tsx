import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import type { CreatedInstanceToken, Instance, InstanceMode, SmartleadKey } from '../../api/contract.ts';
import { useCreateInstance } from '../../api/instances.ts';
import { fieldMessage } from '../../api/problem.ts';
import { useCreateToken } from '../../api/tokens.ts';
import { useTools } from '../../api/tools.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { ChoiceCards } from '../../components/choice-cards.tsx';
import { Form } from '../../components/form.tsx';
import { LabelledField } from '../../components/labelled-field.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { type AccessDraft, accessRefusal, defaultAccess, settingsOf } from '../instance/access/access-draft.ts';
import { PolicyChoice } from '../instance/access/policy-choice.tsx';
import { instanceModes } from '../instance/instance-modes.ts';
import { AccessDisclosures } from './access-disclosures.tsx';
import { StepHeading } from './step-heading.tsx';

interface NameStepProps {
  smartleadKey: SmartleadKey;
  suggestedName: string;
  onBack: () => void;
  onDone: (instance: Instance, token: CreatedInstanceToken | undefined) => void;
}

/** Step 2: name and mode; creates the instance and its first token. */
export function NameStep({ smartleadKey, suggestedName, onBack, onDone }: NameStepProps) {
  const [name, setName] = useState(suggestedName);
  const [mode, setMode] = useState<InstanceMode>('both');
  const [access, setAccess] = useState<AccessDraft>(defaultAccess);
  const tools = useTools();
  const [missing, setMissing] = useState<string>();
  const create = useCreateInstance();
  const createToken = useCreateToken();
  const busy = create.isPending || createToken.isPending;

  async function submit() {
    if (busy) return;
    setMissing(name.trim() === '' ? 'Give the instance a name.' : undefined);
    if (name.trim() === '' || accessRefusal(access) !== undefined) return;
    try {
      const instance = await create.mutateAsync({ name: name.trim(), keyId: smartleadKey.id, mode, ...settingsOf(access) });
      // The instance exists now, whatever becomes of the token: the next step offers to make one.
      const token = await createToken.mutateAsync({ instanceId: instance.id, label: 'First connection' }).catch(() => undefined);
      onDone(instance, token);
    } catch {
      // Shown from the mutation's own state.
    }
  }

  return (
    <Form onSubmit={submit} spacing={3}>
      <StepHeading
        title="Name the instance"
        text={`It uses the key “${smartleadKey.label}” that ends in ${smartleadKey.last4}.`}
      />
      <LabelledField
        label="Name"
        help="Shown here and in your clients' settings."
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={missing ?? fieldMessage(create.error, 'name')}
      />
      <ChoiceCards label="Who connects to it?" value={mode} onChange={setMode} choices={instanceModes} />
      <PolicyChoice policy={access.policy} onChange={(policy) => setAccess({ ...access, policy })} />
      <AccessDisclosures access={access} onChange={setAccess} tools={tools.data} problem={create.error} />
      <ProblemAlert error={create.error} shownFields={['name', 'allowedTools', 'deniedTools']} />
      <Stack direction="row" spacing={1}>
        <BusyButton type="submit" variant="contained" busy={busy}>
          Create instance
        </BusyButton>
        <Button color="inherit" onClick={onBack} disabled={busy}>
          Back
        </Button>
      </Stack>
    </Form>
  );
}
