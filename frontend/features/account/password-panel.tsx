import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldMessage } from '../../api/problem.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { passwordFault } from '../../auth/password-rules.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { CurrentPasswordField } from '../sign-in/current-password-field.tsx';
import { NewPasswordField } from '../sign-in/new-password-field.tsx';
import { useSelfService } from '../sign-in/use-self-service.ts';
import { AccountName } from './account-name.tsx';

/** Another password, for whoever knows the present one. */
export function PasswordPanel() {
  const { passwordRules } = useAuthClient();
  const selfService = useSelfService();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [faults, setFaults] = useState<{ current?: string | undefined; next?: string | undefined }>({});
  const change = useMutation({
    mutationFn: () => selfService.changePassword(current, next),
    onSuccess: () => {
      setCurrent('');
      setNext('');
    },
    gcTime: 0,
  });

  function submit() {
    const found = {
      current: current === '' ? 'Enter your present password.' : undefined,
      next: passwordFault(passwordRules, next),
    };
    setFaults(found);
    change.reset();
    if (found.current === undefined && found.next === undefined) change.mutate();
  }

  return (
    <Panel title="Password">
      <Form onSubmit={submit} maxWidth={380}>
        <ProblemAlert error={change.error} shownFields={['currentPassword', 'password']} />
        <div>
          <AccountName />
          <CurrentPasswordField
            label="Present password"
            value={current}
            onChange={setCurrent}
            error={faults.current ?? fieldMessage(change.error, 'currentPassword')}
          />
        </div>
        <NewPasswordField
          label="New password"
          value={next}
          onChange={setNext}
          error={faults.next ?? fieldMessage(change.error, 'password')}
        />
        <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: 1.5 }}>
          <BusyButton type="submit" variant="outlined" color="inherit" busy={change.isPending}>
            Change password
          </BusyButton>
          <Typography variant="body2" role="status" sx={{ color: 'tone.good.text' }}>
            {change.isSuccess && 'Your password is changed.'}
          </Typography>
        </Box>
      </Form>
    </Panel>
  );
}
