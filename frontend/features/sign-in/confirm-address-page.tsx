import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { fieldMessage } from '../../api/problem.ts';
import type { SignInStep } from '../../auth/auth-client.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { CodeField, codeFault } from './code-field.tsx';
import { CurrentPasswordField } from './current-password-field.tsx';
import { Door } from './door.tsx';
import { DoorLink } from './door-link.tsx';
import type { DoorState } from './door-state.ts';
import { EmailField, emailFault } from './email-field.tsx';
import { SendAgain } from './send-again.tsx';
import { useSelfService } from './use-self-service.ts';

/**
 * The code that was mailed at sign-up. Also for those who come back later: then it asks for the password, and for the address where that
 * is not known, either. Whoever signs up another person's address gets its owner to read the code, but not to know the password.
 */
export function ConfirmAddressPage() {
  const auth = useAuthClient();
  const state = useLocation().state as DoorState | null;
  const [email, setEmail] = useState(state?.email ?? '');

  if (auth.selfService === null) return <Navigate to="/sign-in" replace />;
  const addressIsKnown = state?.email !== undefined;
  return (
    <Door
      heading="Confirm your address"
      text={
        addressIsKnown ? (
          <>
            We mailed a code of six digits to <strong>{state?.email}</strong>. It is good for a day; look among the unwanted mail,
            too.
          </>
        ) : (
          'Enter the address and the password you signed up with, and the code from our mail.'
        )
      }
      footer={
        <>
          <span>You can leave this page and enter the code later.</span>
          <span>
            Wrong address? <DoorLink to="/sign-up">Sign up again</DoorLink>
          </span>
          <span>
            Confirmed already?{' '}
            <DoorLink to="/sign-in" email={email}>
              Sign in
            </DoorLink>
          </span>
        </>
      }
    >
      <ConfirmationForm email={email} setEmail={addressIsKnown ? undefined : setEmail} />
    </Door>
  );
}

function ConfirmationForm({ email, setEmail }: { email: string; setEmail: ((email: string) => void) | undefined }) {
  const selfService = useSelfService();
  const navigate = useNavigate();
  const state = useLocation().state as DoorState | null;
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  // As long as the form is there: what it asks for is not to vanish while the answer is on its way.
  const [asksPassword] = useState(() => setEmail !== undefined || !selfService.remembersPassword(email));
  const [faults, setFaults] = useState<{ email?: string; code?: string; password?: string }>({});

  function goOn(step: SignInStep) {
    if (step === 'other-password') {
      const replacing: DoorState = { ...state, email: email.trim(), otherPassword: true };
      navigate('/forgotten-password', { state: replacing, replace: true });
      return;
    }
    const next: DoorState = { ...state, email: email.trim(), done: 'address-confirmed' };
    // What the password leads to beyond this, such as a second factor, is asked there.
    if (step !== 'done') navigate('/sign-in', { state: next });
  }

  const confirm = useMutation({
    mutationFn: () => selfService.confirmAddress({ email: email.trim(), ...(asksPassword && { password }) }, code),
    onSuccess: goOn,
    gcTime: 0,
  });

  function submit() {
    const emailProblem = emailFault(email);
    const codeProblem = codeFault(code);
    const found = {
      ...(emailProblem !== undefined && { email: emailProblem }),
      ...(asksPassword && password === '' && { password: 'Enter the password that you signed up with.' }),
      ...(codeProblem !== undefined && { code: codeProblem }),
    };
    setFaults(found);
    confirm.reset();
    if (Object.keys(found).length === 0) confirm.mutate();
  }

  return (
    <Form onSubmit={submit}>
      <ProblemAlert error={confirm.error} shownFields={['code', 'password']} />
      {setEmail !== undefined && <EmailField value={email} onChange={setEmail} error={faults.email} />}
      {asksPassword && (
        <CurrentPasswordField
          value={password}
          onChange={setPassword}
          error={faults.password ?? fieldMessage(confirm.error, 'password')}
          autoFocus={setEmail === undefined}
        />
      )}
      <CodeField
        label="Code"
        value={code}
        onChange={setCode}
        error={faults.code ?? fieldMessage(confirm.error, 'code')}
        autoFocus={!asksPassword}
      />
      <BusyButton type="submit" variant="contained" size="large" busy={confirm.isPending}>
        Confirm
      </BusyButton>
      {emailFault(email) === undefined && (
        <SendAgain send={() => selfService.sendAddressCode(email.trim())} justSent={setEmail === undefined} />
      )}
    </Form>
  );
}
