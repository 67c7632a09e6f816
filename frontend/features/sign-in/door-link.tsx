import Link from '@mui/material/Link';
import type { ReactNode } from 'react';
import { Link as RouterLink, useLocation } from 'react-router';
import type { DoorState } from './door-state.ts';

/** A link to another page on the way in; where to go afterwards and the e-mail address go along. */
export function DoorLink({ to, email, children }: { to: string; email?: string; children: ReactNode }) {
  const location = useLocation();
  const { returnTo, email: known } = (location.state as DoorState | null) ?? {};
  const address = email || known;
  const state: DoorState = { ...(returnTo !== undefined && { returnTo }), ...(address !== undefined && { email: address }) };
  return (
    <Link component={RouterLink} to={to} state={state}>
      {children}
    </Link>
  );
}
