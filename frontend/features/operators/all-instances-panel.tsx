import Typography from '@mui/material/Typography';
import { useAdminInstances } from '../../api/admin.ts';
import type { AdminInstance } from '../../api/contract.ts';
import { monospace } from '../../app/palette.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { InstanceStatusPill } from '../instances/instance-status-pill.tsx';

/** The instances of all workspaces with what runs for them. */
export function AllInstancesPanel() {
  const instances = useAdminInstances();
  const items = instances.data?.items;
  return (
    <Panel title="Instances of all workspaces" flush>
      {instances.isPending && <LoadingRows />}
      {items === undefined && <ProblemAlert error={instances.error} onRetry={instances.refetch} />}
      {items?.length === 0 && (
        <EmptyState framed={false} title="No instance yet" text="The first one of any workspace appears here." />
      )}
      {items !== undefined && items.length > 0 && (
        <DataTable
          caption="Instances of all workspaces"
          rows={items}
          rowKey={({ id }) => id}
          columns={[
            { title: 'Instance', width: '38%', sortBy: ({ name }) => name, render: (instance) => <Name instance={instance} /> },
            {
              title: 'Workspace',
              sortBy: ({ workspaceId }) => workspaceId,
              render: ({ workspaceId }) => <Code text={workspaceId} />,
            },
            { title: 'Status', sortBy: ({ status }) => status, render: ({ status }) => <InstanceStatusPill status={status} /> },
            { title: 'Runs as', render: ({ runtime }) => <Runtime runtime={runtime} /> },
          ]}
        />
      )}
    </Panel>
  );
}

function Name({ instance: { id, name } }: { instance: AdminInstance }) {
  return (
    <>
      {name}
      <Typography component="div" color="textSecondary" sx={{ fontFamily: monospace, fontSize: '0.75rem', fontWeight: 400 }}>
        {id}
      </Typography>
    </>
  );
}

function Runtime({ runtime }: Pick<AdminInstance, 'runtime'>) {
  if (runtime === null) return '–';
  return (
    <>
      <Code text={`${runtime.launcher} ${runtime.ref}`} />
      <Typography component="div" color="textSecondary" sx={{ fontFamily: monospace, fontSize: '0.75rem' }}>
        {runtime.address}
      </Typography>
    </>
  );
}

function Code({ text }: { text: string }) {
  return <span style={{ fontFamily: monospace, fontSize: '0.8125rem', overflowWrap: 'anywhere' }}>{text}</span>;
}
