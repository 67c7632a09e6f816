import Box from '@mui/material/Box';
import { Navigate, Outlet, useLocation } from 'react-router';
import { awaitsFirstAccount, useInstallation } from '../api/installation.ts';
import { useSession } from '../auth/auth-context.tsx';
import { SandboxBanner } from './sandbox-banner.tsx';

/** Where to go on after signing in, carried in the history entry. */
export interface ReturnState {
  returnTo?: string;
}

/** Screens for people who are signed in; others are sent to sign in and come back afterwards. */
export function SignedIn() {
  const session = useSession();
  const installation = useInstallation();
  const location = useLocation();
  if (session !== undefined) return <Outlet />;
  const state: ReturnState = { returnTo: location.pathname + location.search };
  return <Navigate to={awaitsFirstAccount(installation.data) ? '/sign-up' : '/sign-in'} state={state} replace />;
}

/** Screens for people who are not. */
export function SignedOut() {
  const session = useSession();
  const location = useLocation();
  if (session === undefined) {
    return (
      <Box sx={{ display: 'flex', flexDirection: 'column', minHeight: '100dvh' }}>
        <SandboxBanner />
        <Outlet />
      </Box>
    );
  }
  const returnTo = (location.state as ReturnState | null)?.returnTo;
  const isNew = location.pathname === '/sign-up' || location.pathname === '/confirm-address';
  const first = isNew ? '/instances/new' : '/instances';
  return <Navigate to={returnTo !== undefined && returnTo !== '/' && returnTo !== '/instances' ? returnTo : first} replace />;
}
