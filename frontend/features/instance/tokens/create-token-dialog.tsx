import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Stack from '@mui/material/Stack';
import { useId, useState } from 'react';
import type { CreatedInstanceToken } from '../../../api/contract.ts';
import { fieldMessage } from '../../../api/problem.ts';
import { useCreateToken } from '../../../api/tokens.ts';
import { BusyButton } from '../../../components/busy-button.tsx';
import { Form } from '../../../components/form.tsx';
import { LabelledField } from '../../../components/labelled-field.tsx';
import { LabelledSelect } from '../../../components/labelled-select.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { TokenNotice } from './token-notice.tsx';

const lifetimes = [
  { value: '0', label: 'Does not expire' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
] as const;
type Lifetime = (typeof lifetimes)[number]['value'];

const dayMilliseconds = 86_400_000;

interface CreateTokenDialogProps {
  open: boolean;
  instanceId: string;
  onClose: () => void;
  onCreated: (token: CreatedInstanceToken) => void;
}

/** Makes a token and shows it once. */
export function CreateTokenDialog({ open, instanceId, onClose, onCreated }: CreateTokenDialogProps) {
  const [label, setLabel] = useState('');
  const [lifetime, setLifetime] = useState<Lifetime>('0');
  const [missing, setMissing] = useState<string>();
  const create = useCreateToken();
  const titleId = useId();

  function submit() {
    setMissing(label.trim() === '' ? 'Say what the token is for.' : undefined);
    if (label.trim() === '') return;
    const days = Number(lifetime);
    const expiry = days === 0 ? {} : { expiresAt: new Date(Date.now() + days * dayMilliseconds).toISOString() };
    create.mutate({ instanceId, label: label.trim(), ...expiry }, { onSuccess: onCreated });
  }

  function forget() {
    setLabel('');
    setLifetime('0');
    setMissing(undefined);
    create.reset();
  }

  return (
    <Dialog
      open={open}
      // A click beside the dialog must not lose a token that is shown only once.
      onClose={(_event, reason) => (reason === 'backdropClick' && create.data !== undefined ? undefined : onClose())}
      aria-labelledby={titleId}
      maxWidth="sm"
      fullWidth
      slotProps={{ transition: { onExited: forget } }}
    >
      <DialogTitle id={titleId}>{create.data === undefined ? 'New token' : 'Copy your token now'}</DialogTitle>
      {create.data === undefined ? (
        <Form onSubmit={submit} spacing={0}>
          <DialogContent>
            <Stack spacing={2.25}>
              <LabelledField
                label="Label"
                help="One token per client makes it easy to revoke a single one."
                placeholder="n8n production"
                autoFocus
                value={label}
                onChange={(event) => setLabel(event.target.value)}
                error={missing ?? fieldMessage(create.error, 'label')}
              />
              <LabelledSelect
                label="Expires"
                value={lifetime}
                options={lifetimes}
                onChange={setLifetime}
                error={fieldMessage(create.error, 'expiresAt')}
              />
              <ProblemAlert error={create.error} shownFields={['label', 'expiresAt']} />
            </Stack>
          </DialogContent>
          <DialogActions>
            <Button color="inherit" onClick={onClose}>
              Cancel
            </Button>
            <BusyButton type="submit" variant="contained" busy={create.isPending}>
              Create token
            </BusyButton>
          </DialogActions>
        </Form>
      ) : (
        <>
          <DialogContent>
            <TokenNotice token={create.data.token} />
          </DialogContent>
          <DialogActions>
            <Button variant="outlined" color="inherit" onClick={onClose} autoFocus>
              Done, I have kept it
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
