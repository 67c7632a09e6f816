import { useState } from 'react';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { awaitsFirstAccount, useInstallation } from '../../api/installation.ts';
import type { SignInStep } from '../../auth/auth-client.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { CredentialsForm } from './credentials-form.tsx';
import { Door } from './door.tsx';
import { DoorLink } from './door-link.tsx';
import type { DoorState } from './door-state.ts';
import { FirstPasswordForm } from './first-password-form.tsx';
import { Notice } from './notice.tsx';
import { SecondFactorForm } from './second-factor-form.tsx';

export function SignInPage() {
  const { data: installation } = useInstallation();
  const auth = useAuthClient();
  const location = useLocation();
  const navigate = useNavigate();
  const state = location.state as DoorState | null;
  const [question, setQuestion] = useState<'password' | 'second-factor' | 'new-password'>('password');
  const first = awaitsFirstAccount(installation);
  const closed = installation?.signUps === 'closed' && !first;

  function goOn(step: SignInStep, email: string) {
    if (step === 'second-factor' || step === 'new-password') setQuestion(step);
    const next: DoorState = { ...state, email };
    if (step === 'confirm-address') navigate('/confirm-address', { state: next });
    if (step === 'reset-password') navigate('/forgotten-password', { state: { ...next, mustReset: true } satisfies DoorState });
  }

  if (first) return <Navigate to="/sign-up" state={location.state} replace />;
  if (question === 'second-factor') {
    return (
      <Door heading="Enter your code" text="Your authenticator app shows a code of six digits for Smartlead MCP.">
        <SecondFactorForm onStep={(step) => goOn(step, '')} onRestart={() => setQuestion('password')} />
      </Door>
    );
  }
  if (question === 'new-password') {
    return (
      <Door heading="Choose your password" text="Somebody else chose your first one. From now on, only you know it.">
        <FirstPasswordForm onStep={(step) => goOn(step, '')} onRestart={() => setQuestion('password')} />
      </Door>
    );
  }
  return (
    <Door
      heading="Sign in"
      text="Welcome back to your MCP servers."
      footer={
        <>
          {auth.selfService !== null && (
            <span>
              <DoorLink to="/forgotten-password">Forgotten your password?</DoorLink>
            </span>
          )}
          {closed ? (
            'Sign-ups are closed here. Ask an operator for an account.'
          ) : (
            <span>
              No account yet? <DoorLink to="/sign-up">Create one</DoorLink>
            </span>
          )}
        </>
      }
    >
      {auth.sessionEnded() && state?.done === undefined && (
        <Notice tone="caution" title="Your session has ended" text="It expired, or it was signed out elsewhere. Sign in again." />
      )}
      {state?.done === 'address-confirmed' && (
        <Notice tone="good" title="Your address is confirmed" text="Sign in with your password." />
      )}
      {state?.done === 'password-changed' && (
        <Notice tone="good" title="Your password is changed" text="Sign in with the new one." />
      )}
      <CredentialsForm purpose="sign-in" email={state?.email} onStep={goOn} />
    </Door>
  );
}
