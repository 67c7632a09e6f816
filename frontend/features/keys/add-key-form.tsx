import Stack from '@mui/material/Stack';
import { useState } from 'react';
import type { SmartleadKey } from '../../api/contract.ts';
import { useAddKey } from '../../api/keys.ts';
import { fieldMessage } from '../../api/problem.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { LabelledField } from '../../components/labelled-field.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ApiKeyField } from './api-key-field.tsx';
import { keyFieldMessage } from './key-field-message.ts';

interface AddKeyFormProps {
  submitLabel: string;
  onAdded: (key: SmartleadKey) => void;
  /** Beside the submit button, such as a way out. */
  aside?: React.ReactNode;
}

/** Label and key; Smartlead is asked before anything is stored, and what it says stands at the field. */
export function AddKeyForm({ submitLabel, onAdded, aside }: AddKeyFormProps) {
  const [label, setLabel] = useState('My Smartlead account');
  const [apiKey, setApiKey] = useState('');
  const [missing, setMissing] = useState<{ label?: string; apiKey?: string }>({});
  const add = useAddKey();
  const atField = keyFieldMessage(add.error);

  function submit() {
    const found = {
      ...(apiKey.trim() === '' && { apiKey: 'Paste your Smartlead API key.' }),
      ...(label.trim() === '' && { label: 'Give the key a label.' }),
    };
    setMissing(found);
    add.reset();
    if (Object.keys(found).length > 0) return;
    add.mutate({ label: label.trim(), apiKey: apiKey.trim() }, { onSuccess: onAdded });
  }

  return (
    <Form onSubmit={submit}>
      <ApiKeyField value={apiKey} onChange={setApiKey} error={missing.apiKey ?? atField} />
      <LabelledField
        label="Label"
        help="How you recognise this key later."
        value={label}
        onChange={(event) => setLabel(event.target.value)}
        error={missing.label ?? fieldMessage(add.error, 'label')}
      />
      {atField === undefined && <ProblemAlert error={add.error} shownFields={['label', 'apiKey']} />}
      <Stack direction="row" spacing={1}>
        <BusyButton type="submit" variant="contained" busy={add.isPending}>
          {add.isPending ? 'Asking Smartlead…' : submitLabel}
        </BusyButton>
        {aside}
      </Stack>
    </Form>
  );
}
