import Box from '@mui/material/Box';
import { useSignedInSession } from '../../auth/auth-context.tsx';
import { visuallyHidden } from '../../components/visually-hidden.ts';

/** Tells password managers which account a form with a password is about. Nobody sees it or comes to it by keyboard. */
export function AccountName() {
  const { user } = useSignedInSession();
  return (
    <Box
      component="input"
      type="email"
      autoComplete="username"
      value={user.email}
      readOnly
      tabIndex={-1}
      aria-hidden
      sx={visuallyHidden}
    />
  );
}
