import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useEffect } from 'react';
import { Navigate, Link as RouterLink, useLocation } from 'react-router';
import { useInstallation } from '../../api/installation.ts';
import { Brand } from '../../app/brand.tsx';
import { CredentialsForm } from './credentials-form.tsx';
import { Welcome } from './welcome.tsx';

export function SignInPage() {
  return <EntryPage purpose="sign-in" />;
}

export function SignUpPage() {
  return <EntryPage purpose="sign-up" />;
}

/** The door: sign in or sign up, with the other one in clear sight. */
function EntryPage({ purpose }: { purpose: 'sign-in' | 'sign-up' }) {
  const { data: installation } = useInstallation();
  const location = useLocation();
  const first = installation?.hasAccounts === false;
  const closed = installation?.signUps === 'closed' && !first;
  const heading = purpose === 'sign-in' ? 'Sign in' : first ? 'Create the first account' : 'Create your account';

  useEffect(() => {
    document.title = `${heading} · Smartlead MCP`;
  }, [heading]);

  if (first && purpose === 'sign-in') return <Navigate to="/sign-up" state={location.state} replace />;
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: { md: 'minmax(0, 1fr) minmax(0, 1fr)' }, flex: 1 }}>
      <Box
        component="main"
        sx={{
          display: 'flex',
          flexDirection: 'column',
          px: { xs: 2.5, sm: 6 },
          py: { xs: 3, sm: 5 },
          backgroundColor: 'surface.raised',
        }}
      >
        <Brand />
        <Stack spacing={3} sx={{ width: '100%', maxWidth: 380, m: 'auto', py: 5 }}>
          <Box>
            <Typography variant="h1" sx={{ fontSize: '1.75rem' }}>
              {heading}
            </Typography>
            <Typography variant="body2" color="textSecondary" sx={{ mt: 0.75 }}>
              {purpose === 'sign-in' && 'Welcome back to your MCP servers.'}
              {purpose === 'sign-up' && first && 'The first account owns this installation and operates it.'}
              {purpose === 'sign-up' && !first && !closed && 'It takes a minute from here to a working MCP URL.'}
            </Typography>
          </Box>
          {purpose === 'sign-up' && closed ? <SignUpsClosed /> : <CredentialsForm key={purpose} purpose={purpose} />}
          <Typography variant="body2" color="textSecondary">
            {purpose === 'sign-in' && !closed && (
              <>
                No account yet?{' '}
                <Link component={RouterLink} to="/sign-up" state={location.state}>
                  Create one
                </Link>
              </>
            )}
            {purpose === 'sign-in' && closed && 'Sign-ups are closed on this installation. Ask its owner for an account.'}
            {purpose === 'sign-up' && !first && (
              <>
                Have an account already?{' '}
                <Link component={RouterLink} to="/sign-in" state={location.state}>
                  Sign in
                </Link>
              </>
            )}
          </Typography>
        </Stack>
      </Box>
      <Welcome />
    </Box>
  );
}

function SignUpsClosed() {
  return (
    <Box role="status" sx={{ p: 2, borderRadius: 1, backgroundColor: 'tone.caution.ground', color: 'tone.caution.text' }}>
      <Typography variant="body2" sx={{ fontWeight: 600 }}>
        Sign-ups are closed
      </Typography>
      <Typography variant="body2">This installation takes no new accounts. Ask its owner to open sign-ups.</Typography>
    </Box>
  );
}
