import AddRounded from '@mui/icons-material/AddRounded';
import KeyOutlined from '@mui/icons-material/KeyOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';
import type { SmartleadKey } from '../../api/contract.ts';
import { useInstances } from '../../api/instances.ts';
import { useKeys } from '../../api/keys.ts';
import { monospace } from '../../app/palette.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusPill } from '../../components/status-pill.tsx';
import { RelativeTime } from '../../components/time-text.tsx';
import { AddKeyDialog } from './add-key-dialog.tsx';
import { DeleteKeyDialog } from './delete-key-dialog.tsx';
import { RotateKeyDialog } from './rotate-key-dialog.tsx';

type Asking = { action: 'add' } | { action: 'rotate' | 'delete'; key: SmartleadKey };

/** The Smartlead keys of the workspace. */
export function KeysPage() {
  const keys = useKeys();
  const instances = useInstances();
  const [asking, setAsking] = useState<Asking>();
  const items = keys.data?.items;
  const usersOf = (key: SmartleadKey) => instances.data?.items.filter((instance) => instance.keyId === key.id) ?? [];
  const close = () => setAsking(undefined);

  const add = (
    <Button variant="contained" startIcon={<AddRounded />} onClick={() => setAsking({ action: 'add' })}>
      Add key
    </Button>
  );

  return (
    <>
      <PageHeader
        title="Smartlead keys"
        text="Stored sealed, shown only by label and last four characters."
        actions={items !== undefined && items.length > 0 && add}
      />
      {items === undefined && <ProblemAlert error={keys.error} onRetry={keys.refetch} />}
      {keys.isPending && <LoadingRows />}
      {items?.length === 0 && (
        <EmptyState
          icon={<KeyOutlined />}
          title="No key yet"
          text="An instance acts at Smartlead with a key. You find yours in Smartlead under Settings → API Keys."
          action={add}
        />
      )}
      {items !== undefined && items.length > 0 && (
        <Panel title="All keys" flush>
          <DataTable
            caption="Smartlead keys"
            rows={items}
            rowKey={(key) => key.id}
            columns={[
              { title: 'Label', render: (key) => key.label },
              { title: 'Key', render: (key) => <span style={{ fontFamily: monospace }}>…{key.last4}</span> },
              { title: 'Status', render: (key) => <KeyStatus status={key.status} /> },
              { title: 'Used by', render: (key) => usage(usersOf(key).length) },
              { title: 'Added', render: (key) => <RelativeTime time={key.createdAt} /> },
              { title: 'Rotated', render: (key) => (key.rotatedAt === null ? 'Never' : <RelativeTime time={key.rotatedAt} />) },
              {
                title: 'Actions',
                hideTitle: true,
                align: 'right',
                render: (key) => (
                  <Box sx={{ display: 'inline-flex', gap: 0.5 }}>
                    <Button
                      size="small"
                      color="inherit"
                      onClick={() => setAsking({ action: 'rotate', key })}
                      aria-label={`Rotate ${key.label}`}
                    >
                      Rotate
                    </Button>
                    <Button
                      size="small"
                      color="error"
                      onClick={() => setAsking({ action: 'delete', key })}
                      aria-label={`Delete ${key.label}`}
                    >
                      Delete
                    </Button>
                  </Box>
                ),
              },
            ]}
          />
        </Panel>
      )}
      <AddKeyDialog open={asking?.action === 'add'} onClose={close} />
      {asking?.action === 'rotate' && <RotateKeyDialog smartleadKey={asking.key} users={usersOf(asking.key)} onClose={close} />}
      {asking?.action === 'delete' && <DeleteKeyDialog smartleadKey={asking.key} users={usersOf(asking.key)} onClose={close} />}
    </>
  );
}

function KeyStatus({ status }: { status: SmartleadKey['status'] }) {
  return status === 'valid' ? <StatusPill tone="good">Valid</StatusPill> : <StatusPill tone="bad">Refused</StatusPill>;
}

function usage(count: number): string {
  if (count === 0) return 'No instance';
  return count === 1 ? '1 instance' : `${count} instances`;
}
