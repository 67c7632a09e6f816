import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldMessage } from '../../api/problem.ts';
import type { SignInStep } from '../../auth/auth-client.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { CodeField, codeFault } from './code-field.tsx';
import { useSelfService } from './use-self-service.ts';

interface SecondFactorFormProps {
  onStep: (step: SignInStep) => void;
  /** Back to the password. */
  onRestart: () => void;
}

/** The code of the authenticator app, after the password. */
export function SecondFactorForm({ onStep, onRestart }: SecondFactorFormProps) {
  const selfService = useSelfService();
  const [code, setCode] = useState('');
  const [fault, setFault] = useState<string>();
  const answer = useMutation({ mutationFn: () => selfService.answerSecondFactor(code), onSuccess: onStep, gcTime: 0 });

  function submit() {
    const found = codeFault(code);
    setFault(found);
    answer.reset();
    if (found === undefined) answer.mutate();
  }

  return (
    <Form onSubmit={submit}>
      <ProblemAlert error={answer.error} shownFields={['code']} />
      <CodeField label="Code" autoFocus value={code} onChange={setCode} error={fault ?? fieldMessage(answer.error, 'code')} />
      <BusyButton type="submit" variant="contained" size="large" busy={answer.isPending}>
        Sign in
      </BusyButton>
      <Button variant="text" color="inherit" onClick={onRestart}>
        Start again
      </Button>
    </Form>
  );
}
