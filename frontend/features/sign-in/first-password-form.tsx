import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldMessage } from '../../api/problem.ts';
import type { SignInStep } from '../../auth/auth-client.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { passwordFault } from '../../auth/password-rules.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { NewPasswordField } from './new-password-field.tsx';
import { useSelfService } from './use-self-service.ts';

interface FirstPasswordFormProps {
  onStep: (step: SignInStep) => void;
  /** Back to the password of the invitation. */
  onRestart: () => void;
}

/** A password of one's own, in the place of the one in an operator's invitation. */
export function FirstPasswordForm({ onStep, onRestart }: FirstPasswordFormProps) {
  const { passwordRules } = useAuthClient();
  const selfService = useSelfService();
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState<string>();
  const choose = useMutation({ mutationFn: () => selfService.chooseFirstPassword(password), onSuccess: onStep, gcTime: 0 });

  function submit() {
    const found = passwordFault(passwordRules, password);
    setFault(found);
    choose.reset();
    if (found === undefined) choose.mutate();
  }

  return (
    <Form onSubmit={submit}>
      <ProblemAlert error={choose.error} shownFields={['password']} />
      <NewPasswordField
        label="New password"
        autoFocus
        value={password}
        onChange={setPassword}
        error={fault ?? fieldMessage(choose.error, 'password')}
      />
      <BusyButton type="submit" variant="contained" size="large" busy={choose.isPending}>
        Save and sign in
      </BusyButton>
      <Button variant="text" color="inherit" onClick={onRestart}>
        Start again
      </Button>
    </Form>
  );
}
