import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { fieldMessage } from '../../api/problem.ts';
import type { SignInStep } from '../../auth/auth-client.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { passwordFault } from '../../auth/password-rules.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { CodeField, codeFault } from './code-field.tsx';
import { Door } from './door.tsx';
import { DoorLink } from './door-link.tsx';
import type { DoorState } from './door-state.ts';
import { EmailField, emailFault } from './email-field.tsx';
import { NewPasswordField } from './new-password-field.tsx';
import { Notice } from './notice.tsx';
import { SecondFactorForm } from './second-factor-form.tsx';
import { SendAgain } from './send-again.tsx';
import { useSelfService } from './use-self-service.ts';

/** A new password for those who can read the mail to their address. */
export function ForgottenPasswordPage() {
  const auth = useAuthClient();
  const state = useLocation().state as DoorState | null;
  const [email, setEmail] = useState(state?.email ?? '');
  const [question, setQuestion] = useState<'address' | 'code' | 'second-factor'>('address');
  const navigate = useNavigate();

  if (auth.selfService === null) return <Navigate to="/sign-in" replace />;

  function goOn(step: SignInStep) {
    if (step === 'second-factor') return setQuestion(step);
    const { returnTo } = state ?? {};
    const next: DoorState = { ...(returnTo !== undefined && { returnTo }), email: email.trim(), done: 'password-changed' };
    // With a session there is nothing left to do: the router moves on.
    if (step !== 'done') navigate('/sign-in', { state: next });
  }

  const footer = (
    <span>
      Remembered it?{' '}
      <DoorLink to="/sign-in" email={email}>
        Sign in
      </DoorLink>
    </span>
  );
  if (question === 'address') {
    const text = 'We mail you a code with which you choose a new one.';
    return (
      <Door
        heading={state?.mustReset || state?.otherPassword ? 'Replace your password' : 'Forgotten password'}
        text={state?.mustReset ? `The operators of this service ask you for another password. ${text}` : text}
        footer={footer}
      >
        {state?.otherPassword && (
          <Notice
            tone="caution"
            title="This address was signed up with another password"
            text="You may have mistyped it, or somebody else used your address. Choose a new password now: the other one stops working, and whoever signed in with it is signed out."
          />
        )}
        <AskForm email={email} setEmail={setEmail} onAsked={() => setQuestion('code')} />
      </Door>
    );
  }
  if (question === 'second-factor') {
    return (
      <Door
        heading="Enter your code"
        text="Your password is changed. The code of your authenticator app ends the sessions that began with the one before."
      >
        <SecondFactorForm onStep={goOn} onRestart={() => goOn('sign-in')} />
      </Door>
    );
  }
  return (
    <Door
      heading="Choose a new password"
      text={
        <>
          If there is an account for <strong>{email}</strong>, a code is on its way. It is good for an hour.
        </>
      }
      footer={footer}
    >
      <ResetForm email={email.trim()} onStep={goOn} />
    </Door>
  );
}

function AskForm({ email, setEmail, onAsked }: { email: string; setEmail: (email: string) => void; onAsked: () => void }) {
  const selfService = useSelfService();
  const [fault, setFault] = useState<string>();
  const ask = useMutation({ mutationFn: () => selfService.sendPasswordCode(email.trim()), onSuccess: onAsked, gcTime: 0 });

  function submit() {
    const found = emailFault(email);
    setFault(found);
    ask.reset();
    if (found === undefined) ask.mutate();
  }

  return (
    <Form onSubmit={submit}>
      <ProblemAlert error={ask.error} />
      <EmailField value={email} onChange={setEmail} error={fault} />
      <BusyButton type="submit" variant="contained" size="large" busy={ask.isPending}>
        Send the code
      </BusyButton>
    </Form>
  );
}

function ResetForm({ email, onStep }: { email: string; onStep: (step: SignInStep) => void }) {
  const { passwordRules } = useAuthClient();
  const selfService = useSelfService();
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [faults, setFaults] = useState<{ code?: string | undefined; password?: string | undefined }>({});

  const reset = useMutation({
    mutationFn: () => selfService.resetPassword({ email, password }, code),
    onSuccess: onStep,
    gcTime: 0,
  });

  function submit() {
    const found = { code: codeFault(code), password: passwordFault(passwordRules, password) };
    setFaults(found);
    reset.reset();
    if (found.code === undefined && found.password === undefined) reset.mutate();
  }

  return (
    <Form onSubmit={submit}>
      <ProblemAlert error={reset.error} shownFields={['code', 'password']} />
      <CodeField
        label="Code"
        autoFocus
        value={code}
        onChange={setCode}
        error={faults.code ?? fieldMessage(reset.error, 'code')}
      />
      <NewPasswordField
        label="New password"
        value={password}
        onChange={setPassword}
        error={faults.password ?? fieldMessage(reset.error, 'password')}
      />
      <BusyButton type="submit" variant="contained" size="large" busy={reset.isPending}>
        Change password
      </BusyButton>
      <SendAgain send={() => selfService.sendPasswordCode(email)} justSent />
    </Form>
  );
}
