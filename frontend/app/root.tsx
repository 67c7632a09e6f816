import { Outlet } from 'react-router';
import { useInstallation } from '../api/installation.ts';
import { useAuthClient } from '../auth/auth-context.tsx';
import { ConnectivityBanner } from './connectivity-banner.tsx';
import { useRestoredSession } from './restored-session.ts';
import { Splash } from './splash.tsx';
import { UnreachablePage } from './unreachable-page.tsx';

/** Above every screen: asks what this installation is and who is signed in, and says when the service cannot be reached. */
export function Root() {
  const installation = useInstallation();
  const restored = useRestoredSession(useAuthClient());

  const problem = installation.error ?? restored.problem;
  if (problem !== null && installation.data === undefined) {
    return <UnreachablePage problem={problem} retry={() => Promise.all([installation.refetch(), restored.retry()])} />;
  }
  if (restored.problem !== null) return <UnreachablePage problem={restored.problem} retry={restored.retry} />;
  if (installation.data === undefined || !restored.done) return <Splash />;
  return (
    <>
      <Outlet />
      <ConnectivityBanner />
    </>
  );
}
