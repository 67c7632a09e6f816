import { useLocation, useNavigate } from 'react-router';
import { awaitsFirstAccount, useInstallation } from '../../api/installation.ts';
import type { SignInStep } from '../../auth/auth-client.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { CredentialsForm } from './credentials-form.tsx';
import { Door } from './door.tsx';
import { DoorLink } from './door-link.tsx';
import type { DoorState } from './door-state.ts';
import { Notice } from './notice.tsx';

export function SignUpPage() {
  const { data: installation } = useInstallation();
  const auth = useAuthClient();
  const location = useLocation();
  const navigate = useNavigate();
  const state = location.state as DoorState | null;
  const first = awaitsFirstAccount(installation);
  const closed = installation?.signUps === 'closed' && !first;

  function goOn(step: SignInStep, email: string) {
    const next: DoorState = { ...state, email };
    if (step === 'confirm-address') navigate('/confirm-address', { state: next });
  }

  return (
    <Door
      heading={first ? 'Create the first account' : 'Create your account'}
      text={
        first
          ? 'The first account owns this installation and operates it.'
          : !closed && 'It takes a minute from here to a working MCP URL.'
      }
      footer={
        first ? undefined : (
          <>
            <span>
              Have an account already? <DoorLink to="/sign-in">Sign in</DoorLink>
            </span>
            {auth.selfService !== null && !closed && (
              <span>
                Have a code from our mail? <DoorLink to="/confirm-address">Enter it</DoorLink>
              </span>
            )}
          </>
        )
      }
    >
      {closed ? (
        <Notice
          tone="caution"
          title="Sign-ups are closed"
          text="No new accounts are taken here at the moment. Ask an operator for one."
        />
      ) : (
        <CredentialsForm purpose="sign-up" email={state?.email} onStep={goOn} />
      )}
    </Door>
  );
}
