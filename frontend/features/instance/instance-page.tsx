import ArrowBackRounded from '@mui/icons-material/ArrowBackRounded';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { CreatedInstanceToken, Instance } from '../../api/contract.ts';
import { useInstance } from '../../api/instances.ts';
import { ApiProblem } from '../../api/problem.ts';
import { NotFoundPage } from '../../app/not-found-page.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { InstanceStatusPill } from '../instances/instance-status-pill.tsx';
import { ActivitySection } from './activity/activity-section.tsx';
import { ConnectSection } from './connect/connect-section.tsx';
import { EventsSection } from './events-section.tsx';
import { InstanceOperations } from './instance-operations.tsx';
import { LogsSection } from './logs/logs-section.tsx';
import { MetricsSection } from './metrics/metrics-section.tsx';
import { isSection, type SectionName, SectionNavigation } from './section-navigation.tsx';
import { SettingsSection } from './settings/settings-section.tsx';
import { StatusNotice } from './status-notice.tsx';
import { CreateTokenDialog } from './tokens/create-token-dialog.tsx';
import { TokensSection } from './tokens/tokens-section.tsx';

/** Everything about one instance. */
export function InstancePage() {
  const { instanceId = '', section = 'connect' } = useParams();
  const { data: instance, error, refetch } = useInstance(instanceId);

  if (error instanceof ApiProblem && (error.status === 404 || error.status === 400)) return <NotFoundPage />;
  if (!isSection(section)) return <NotFoundPage />;
  if (instance === undefined) {
    return (
      <>
        <PageHeader title="Instance" above={<BackLink />} />
        {error === null ? <Skeleton variant="rounded" height={240} /> : <ProblemAlert error={error} onRetry={refetch} />}
      </>
    );
  }
  // Another instance is another page: a token made for one must not show up at the other.
  return <LoadedInstance key={instance.id} instance={instance} section={section} />;
}

function LoadedInstance({ instance, section }: { instance: Instance; section: SectionName }) {
  const [token, setToken] = useState<CreatedInstanceToken>();
  const [creatingToken, setCreatingToken] = useState(false);
  const createToken = () => setCreatingToken(true);

  return (
    <>
      <PageHeader
        title={instance.name}
        above={<BackLink />}
        beside={
          <Box role="status" component="span">
            <InstanceStatusPill status={instance.status} />
          </Box>
        }
        actions={<InstanceOperations instance={instance} />}
      />
      <Stack spacing={2.5}>
        <StatusNotice instance={instance} />
        <SectionNavigation instanceId={instance.id} section={section} />
        {section === 'connect' && <ConnectSection instance={instance} token={token?.token} onCreateToken={createToken} />}
        {section === 'activity' && <ActivitySection instance={instance} />}
        {section === 'metrics' && <MetricsSection instanceId={instance.id} />}
        {section === 'logs' && <LogsSection instance={instance} />}
        {section === 'tokens' && <TokensSection instance={instance} onCreate={createToken} />}
        {section === 'events' && <EventsSection instanceId={instance.id} />}
        {section === 'settings' && <SettingsSection instance={instance} />}
      </Stack>
      <CreateTokenDialog
        open={creatingToken}
        instanceId={instance.id}
        onClose={() => setCreatingToken(false)}
        onCreated={setToken}
      />
    </>
  );
}

function BackLink() {
  return (
    <Button
      component={Link}
      to="/instances"
      size="small"
      color="inherit"
      startIcon={<ArrowBackRounded />}
      sx={{ color: 'text.secondary', ml: -1.25 }}
    >
      Instances
    </Button>
  );
}
