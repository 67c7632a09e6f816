import Stack from '@mui/material/Stack';
import { NotFoundPage } from '../../app/not-found-page.tsx';
import { useAuthClient, useSignedInSession } from '../../auth/auth-context.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { SecondFactorPanel } from './second-factor-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

/** What people do about their own account. */
export function AccountPage() {
  const { user } = useSignedInSession();
  const { selfService } = useAuthClient();
  if (selfService === null) return <NotFoundPage />;
  return (
    <>
      <PageHeader title="Account" text={`Signed in as ${user.email}.`} />
      <Stack spacing={2.5} sx={{ maxWidth: 720 }}>
        <SecondFactorPanel />
        <PasswordPanel />
        <SessionsPanel />
      </Stack>
    </>
  );
}
