import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import type { SmartleadKey } from '../../api/contract.ts';
import { ChoiceCards } from '../../components/choice-cards.tsx';
import { Form } from '../../components/form.tsx';
import { AddKeyForm } from '../keys/add-key-form.tsx';
import { StepHeading } from './step-heading.tsx';

const newKey = 'new';

/** Step 1: a key that is already here, or a new one. */
export function KeyStep({ keys, onDone }: { keys: readonly SmartleadKey[]; onDone: (key: SmartleadKey) => void }) {
  const usable = keys.filter((key) => key.status === 'valid');
  const [choice, setChoice] = useState(usable[0]?.id ?? newKey);
  const chosen = usable.find((key) => key.id === choice);

  function submit() {
    if (chosen !== undefined) onDone(chosen);
  }

  return (
    <Stack spacing={3}>
      <StepHeading
        title={usable.length === 0 ? 'Paste your Smartlead API key' : 'Which Smartlead key?'}
        text="The instance acts at Smartlead with this key, and with nothing else."
        focus={false}
      />
      {usable.length > 0 && (
        <ChoiceCards
          label="Smartlead key"
          value={choice}
          onChange={setChoice}
          choices={[
            ...usable.map((key) => ({ value: key.id, title: key.label, text: `Ends in ${key.last4}` })),
            { value: newKey, title: 'Another key', text: 'Paste a key that is not here yet' },
          ]}
        />
      )}
      {chosen === undefined ? (
        <AddKeyForm submitLabel="Check key and continue" onAdded={onDone} />
      ) : (
        <Form onSubmit={submit}>
          <Button type="submit" variant="contained">
            Continue
          </Button>
        </Form>
      )}
    </Stack>
  );
}
