import AddRounded from '@mui/icons-material/AddRounded';
import DnsOutlined from '@mui/icons-material/DnsOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { Link } from 'react-router';
import { useInstances } from '../../api/instances.ts';
import { useUsage } from '../../api/usage.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { InstanceCard } from './instance-card.tsx';

/** All instances of the workspace. */
export function InstancesPage() {
  const instances = useInstances();
  const usage = useUsage({ step: 'hour', reach: 'today' });
  const items = instances.data?.items;

  const create = (
    <Button variant="contained" startIcon={<AddRounded />} component={Link} to="/instances/new">
      New instance
    </Button>
  );

  return (
    <>
      <PageHeader
        title="Instances"
        text="Each instance is an MCP server of its own, alone with one Smartlead key."
        actions={items !== undefined && items.length > 0 && create}
      />
      {instances.error !== null && items === undefined && <ProblemAlert error={instances.error} onRetry={instances.refetch} />}
      {instances.isPending && <LoadingRows rows={3} height={92} />}
      {items?.length === 0 && (
        <EmptyState
          icon={<DnsOutlined />}
          title="No instance yet"
          text="Paste a Smartlead API key, name your first instance, and you hold a URL for n8n, Claude and every other MCP client."
          action={create}
        />
      )}
      {items !== undefined && items.length > 0 && (
        <Box
          component="ul"
          aria-label="Instances"
          sx={{
            listStyle: 'none',
            m: 0,
            p: 0,
            display: 'grid',
            gap: 2,
            gridTemplateColumns: { md: 'repeat(2, minmax(0, 1fr))' },
          }}
        >
          {items.map((instance) => (
            <InstanceCard key={instance.id} instance={instance} callsToday={callsOf(instance.id, usage.data?.items)} />
          ))}
        </Box>
      )}
    </>
  );
}

function callsOf(instanceId: string, rows: readonly { instanceId: string; calls: number }[] | undefined): number | undefined {
  return rows?.filter((row) => row.instanceId === instanceId).reduce((sum, row) => sum + row.calls, 0);
}
