import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { isUnderWay, useCancelRollout, useRollouts, useStartRollout, useVersions } from '../../api/admin.ts';
import type { InstalledVersion, Rollout, Versions } from '../../api/contract.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusPill } from '../../components/status-pill.tsx';
import { RelativeTime } from '../../components/time-text.tsx';
import { RolloutProgress } from './rollout-progress.tsx';
import { rolloutWords } from './rollout-words.ts';

/** Versions of the instance program, and how a new one gets to all instances. */
export function RolloutsPanel() {
  const versions = useVersions();
  const rollouts = useRollouts();
  const start = useStartRollout();
  const cancel = useCancelRollout();
  const [starting, setStarting] = useState<InstalledVersion>();
  const [cancelling, setCancelling] = useState<Rollout>();
  const underWay = rollouts.data?.items.find(isUnderWay);
  const past = rollouts.data?.items.filter((rollout) => !isUnderWay(rollout)) ?? [];

  return (
    <Panel
      title="Versions"
      text="A new version rolls through the running instances, one first. No client stream closes; it goes back by itself where health falls."
      flush
    >
      {versions.isPending && <LoadingRows rows={2} />}
      {versions.data === undefined && <ProblemAlert error={versions.error} onRetry={versions.refetch} />}
      {rollouts.data === undefined && <ProblemAlert error={rollouts.error} onRetry={rollouts.refetch} />}
      {underWay !== undefined && <RolloutProgress rollout={underWay} onCancel={() => setCancelling(underWay)} />}
      {versions.data !== undefined && (
        <DataTable
          caption="Installed versions"
          rows={versions.data.items}
          rowKey={({ version }) => version}
          columns={[
            {
              title: 'Version',
              render: ({ version }) => (
                <Box component="span" sx={{ display: 'inline-flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
                  {version}
                  {version === versions.data.current && <StatusPill tone="accent">Current</StatusPill>}
                </Box>
              ),
            },
            { title: 'Installed', render: ({ installedAt }) => <RelativeTime time={installedAt} /> },
            { title: 'Instances', align: 'right', render: ({ instances }) => instances },
            {
              title: 'Actions',
              hideTitle: true,
              align: 'right',
              render: (version) =>
                isNews(version, versions.data) && (
                  <Button
                    size="small"
                    color="inherit"
                    variant="outlined"
                    disabled={underWay !== undefined || rollouts.data === undefined}
                    onClick={() => setStarting(version)}
                    aria-label={`Roll out ${version.version}`}
                  >
                    Roll out
                  </Button>
                ),
            },
          ]}
        />
      )}
      {past.length > 0 && (
        <Box sx={{ borderTop: 1, borderColor: 'line.soft' }}>
          <DataTable
            caption="Past rollouts"
            rows={past}
            rowKey={({ id }) => id}
            columns={[
              { title: 'Rollout', width: '46%', render: (rollout) => <Outcome rollout={rollout} /> },
              { title: 'Instances', render: ({ done, total }) => `${done} of ${total}` },
              { title: 'Began', render: ({ startedAt }) => <RelativeTime time={startedAt} /> },
              {
                title: 'Outcome',
                render: ({ status }) => (
                  <StatusPill tone={rolloutWords[status]?.tone ?? 'none'}>{rolloutWords[status]?.title ?? status}</StatusPill>
                ),
              },
            ]}
          />
        </Box>
      )}
      <ConfirmDialog
        open={starting !== undefined}
        title={`Roll out ${starting?.version ?? ''}?`}
        confirmLabel="Roll out"
        busy={start.isPending}
        error={start.error}
        onClose={() => {
          setStarting(undefined);
          start.reset();
        }}
        onConfirm={() => start.mutate(starting?.version, { onSuccess: () => setStarting(undefined) })}
      >
        Every running instance of every workspace restarts with this version, one first and then a few at a time. Clients stay
        connected; calls under way wait or are finished. Sleeping and stopped instances get it when they start.
      </ConfirmDialog>
      <ConfirmDialog
        open={cancelling !== undefined}
        title={`Cancel the rollout of ${cancelling?.version ?? ''}?`}
        confirmLabel="Cancel and roll back"
        busy={cancel.isPending}
        error={cancel.error}
        onClose={() => {
          setCancelling(undefined);
          cancel.reset();
        }}
        onConfirm={() => cancelling !== undefined && cancel.mutate(cancelling.id, { onSuccess: () => setCancelling(undefined) })}
      >
        Instances that have the new version restart with {cancelling?.previousVersion}.
      </ConfirmDialog>
    </Panel>
  );
}

/** Whether there is anything that the version could be rolled out to: instances that run another, or those launched from now on. */
function isNews({ version }: InstalledVersion, { current, items }: Versions): boolean {
  return version !== current || items.some((other) => other.version !== current && other.instances > 0);
}

function Outcome({ rollout }: { rollout: Rollout }) {
  return (
    <>
      {rollout.previousVersion} → {rollout.version}
      <Typography variant="caption" component="div" color="textSecondary" sx={{ fontWeight: 400 }}>
        {rollout.reason ?? rolloutWords[rollout.status]?.text}
        {rollout.failedInstanceId !== null && ` (${rollout.failedInstanceId})`}
      </Typography>
    </>
  );
}
