import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { fieldMessage } from '../../api/problem.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { CodeField, codeFault } from '../sign-in/code-field.tsx';
import { CurrentPasswordField } from '../sign-in/current-password-field.tsx';
import { useSelfService } from '../sign-in/use-self-service.ts';
import { AccountName } from './account-name.tsx';
import { secondFactorKey } from './second-factor.ts';

/** Turns the second factor off, for whoever still has both. */
export function TurnOffDialog({ onClose }: { onClose: () => void }) {
  const selfService = useSelfService();
  const queries = useQueryClient();
  const titleId = useId();
  const formId = useId();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [faults, setFaults] = useState<{ password?: string | undefined; code?: string | undefined }>({});
  const turnOff = useMutation({
    mutationFn: () => selfService.turnOffSecondFactor(password, code),
    onSuccess: () => {
      queries.setQueryData(secondFactorKey, false);
      onClose();
    },
    gcTime: 0,
  });

  function submit() {
    const found = { password: password === '' ? 'Enter your password.' : undefined, code: codeFault(code) };
    setFaults(found);
    turnOff.reset();
    if (found.password === undefined && found.code === undefined) turnOff.mutate();
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="xs" fullWidth>
      <DialogTitle id={titleId}>Turn off two-step sign-in?</DialogTitle>
      <DialogContent>
        <Form onSubmit={submit} id={formId}>
          <Typography variant="body2" color="textSecondary">
            From then on your password alone opens this account. Prove once more that it is you.
          </Typography>
          <ProblemAlert error={turnOff.error} shownFields={['currentPassword', 'code']} />
          <div>
            <AccountName />
            <CurrentPasswordField
              value={password}
              onChange={setPassword}
              error={faults.password ?? fieldMessage(turnOff.error, 'currentPassword')}
            />
          </div>
          <CodeField
            label="Code that the app shows"
            value={code}
            onChange={setCode}
            error={faults.code ?? fieldMessage(turnOff.error, 'code')}
          />
        </Form>
      </DialogContent>
      <DialogActions>
        <Button color="inherit" onClick={onClose}>
          Cancel
        </Button>
        <BusyButton type="submit" form={formId} variant="contained" color="error" busy={turnOff.isPending}>
          Turn off
        </BusyButton>
      </DialogActions>
    </Dialog>
  );
}
