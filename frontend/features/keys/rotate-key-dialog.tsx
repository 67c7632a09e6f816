import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import type { Instance, SmartleadKey } from '../../api/contract.ts';
import { useRotateKey } from '../../api/keys.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ApiKeyField } from './api-key-field.tsx';
import { keyFieldMessage } from './key-field-message.ts';

interface RotateKeyDialogProps {
  smartleadKey: SmartleadKey;
  users: readonly Instance[];
  onClose: () => void;
}

/** Puts a new key in the place of an old one. */
export function RotateKeyDialog({ smartleadKey, users, onClose }: RotateKeyDialogProps) {
  const [apiKey, setApiKey] = useState('');
  const [missing, setMissing] = useState<string>();
  const rotate = useRotateKey(smartleadKey.id);
  const atField = keyFieldMessage(rotate.error);
  const titleId = useId();

  function submit() {
    setMissing(apiKey.trim() === '' ? 'Paste the new key.' : undefined);
    if (apiKey.trim() !== '') rotate.mutate(apiKey.trim(), { onSuccess: onClose });
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="sm" fullWidth>
      <DialogTitle id={titleId}>Rotate “{smartleadKey.label}”</DialogTitle>
      <Form onSubmit={submit} spacing={0}>
        <DialogContent>
          <Stack spacing={2.25}>
            <Typography variant="body2" color="textSecondary">
              {users.length === 0
                ? 'No instance uses this key at the moment.'
                : `These instances restart with the new key; their URLs and tokens stay: ${users.map((user) => user.name).join(', ')}.`}
            </Typography>
            <ApiKeyField value={apiKey} onChange={setApiKey} error={missing ?? atField} />
            {atField === undefined && <ProblemAlert error={rotate.error} shownFields={['apiKey']} />}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button color="inherit" onClick={onClose}>
            Cancel
          </Button>
          <BusyButton type="submit" variant="contained" busy={rotate.isPending}>
            Check and rotate
          </BusyButton>
        </DialogActions>
      </Form>
    </Dialog>
  );
}
