import Stack from '@mui/material/Stack';
import { useInstallation } from '../../api/installation.ts';
import { NotFoundPage } from '../../app/not-found-page.tsx';
import { useSignedInSession } from '../../auth/auth-context.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { AllInstancesPanel } from './all-instances-panel.tsx';
import { HealthPanels } from './health-panels.tsx';
import { RolloutsPanel } from './rollouts-panel.tsx';

/** The whole installation, for those who run it. */
export function InstallationPage() {
  const { user } = useSignedInSession();
  const { data: installation } = useInstallation();
  if (!user.operator) return <NotFoundPage />;
  return (
    <>
      <PageHeader
        title="Installation"
        text={
          installation === undefined
            ? 'Everything that runs here, of all workspaces.'
            : `Everything that runs here, of all workspaces. Version ${installation.version}, scale ${installation.scale}.`
        }
      />
      <Stack spacing={2.5}>
        <HealthPanels />
        <RolloutsPanel />
        <AllInstancesPanel />
      </Stack>
    </>
  );
}
