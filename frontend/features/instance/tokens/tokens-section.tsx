import AddRounded from '@mui/icons-material/AddRounded';
import Button from '@mui/material/Button';
import { useState } from 'react';
import type { Instance, InstanceToken } from '../../../api/contract.ts';
import { useRevokeToken, useTokens } from '../../../api/tokens.ts';
import { monospace } from '../../../app/palette.ts';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { DataTable } from '../../../components/data-table.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { LoadingRows } from '../../../components/loading-rows.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { StatusPill } from '../../../components/status-pill.tsx';
import { ExactTime, RelativeTime } from '../../../components/time-text.tsx';

/** The tokens that open this instance. */
export function TokensSection({ instance, onCreate }: { instance: Instance; onCreate: () => void }) {
  const tokens = useTokens(instance.id);
  const [revoking, setRevoking] = useState<InstanceToken>();
  const revoke = useRevokeToken(instance.id);

  return (
    <Panel
      title="Tokens"
      text="A client sends its token with every request. A revoked token stops working within a second."
      flush
      actions={
        <Button variant="contained" size="small" startIcon={<AddRounded />} onClick={onCreate}>
          New token
        </Button>
      }
    >
      {tokens.isPending && <LoadingRows rows={2} />}
      {tokens.data === undefined && <ProblemAlert error={tokens.error} onRetry={tokens.refetch} />}
      {tokens.data?.items.length === 0 && (
        <EmptyState
          framed={false}
          title="No token yet"
          text="Without one no client can connect. Create a token and paste it into your client's settings."
        />
      )}
      {tokens.data !== undefined && tokens.data.items.length > 0 && (
        <DataTable
          caption="Tokens of this instance"
          rows={tokens.data.items}
          rowKey={(token) => token.id}
          columns={[
            { title: 'Label', render: (token) => token.label },
            { title: 'Token', render: (token) => <span style={{ fontFamily: monospace }}>…{token.last4}</span> },
            { title: 'Created', render: (token) => <RelativeTime time={token.createdAt} /> },
            {
              title: 'Last used',
              render: (token) => (token.lastUsedAt === null ? 'Never' : <RelativeTime time={token.lastUsedAt} />),
            },
            { title: 'Expires', render: (token) => <Expiry expiresAt={token.expiresAt} /> },
            {
              title: 'Actions',
              hideTitle: true,
              align: 'right',
              render: (token) => (
                <Button size="small" color="error" onClick={() => setRevoking(token)} aria-label={`Revoke ${token.label}`}>
                  Revoke
                </Button>
              ),
            },
          ]}
        />
      )}
      <ConfirmDialog
        open={revoking !== undefined}
        title={`Revoke “${revoking?.label ?? ''}”?`}
        confirmLabel="Revoke token"
        busy={revoke.isPending}
        error={revoke.error}
        onClose={() => {
          setRevoking(undefined);
          revoke.reset();
        }}
        onConfirm={() => revoking !== undefined && revoke.mutate(revoking.id, { onSuccess: () => setRevoking(undefined) })}
      >
        Clients that use this token lose their connection within a second. This cannot be undone; you can create another token.
      </ConfirmDialog>
    </Panel>
  );
}

function Expiry({ expiresAt }: { expiresAt: string | null }) {
  if (expiresAt === null) return 'Never';
  if (new Date(expiresAt) < new Date()) return <StatusPill tone="caution">Expired</StatusPill>;
  return <ExactTime time={expiresAt} show="day" />;
}
