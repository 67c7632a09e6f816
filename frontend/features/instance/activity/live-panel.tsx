import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import type { Instance, InstanceMetrics } from '../../../api/contract.ts';
import { useInstanceMetrics } from '../../../api/instances.ts';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { Facts } from './facts.tsx';
import { formatMebibytes, formatUptime } from './format-amount.ts';
import { RateGauge } from './rate-gauge.tsx';

const count = new Intl.NumberFormat('en');

/** How busy the instance is at this moment, and how much of the rate limit towards Smartlead that takes. */
export function LivePanel({ instance }: { instance: Instance }) {
  const metrics = useInstanceMetrics(instance.id);
  return (
    <Panel
      title="Right now"
      text="Refreshed every few seconds. The limit belongs to the Smartlead key; all clients of the instance share it fairly."
    >
      {metrics.isPending && <Skeleton variant="rounded" height={150} />}
      {metrics.data === undefined && <ProblemAlert error={metrics.error} onRetry={metrics.refetch} />}
      {metrics.data !== undefined && <Numbers metrics={metrics.data} running={instance.status === 'running'} />}
    </Panel>
  );
}

function Numbers({ metrics: { live, lastHour, lastDay }, running }: { metrics: InstanceMetrics; running: boolean }) {
  const counted = [
    { name: 'Calls in the last hour', value: inWords(lastHour) },
    { name: 'Calls in the last day', value: inWords(lastDay) },
  ];
  if (live === null) {
    return (
      <>
        <EmptyState
          framed={false}
          title={running ? 'The instance did not answer just now' : 'The instance does not run'}
          text={
            running
              ? 'It may be starting or very busy. It is asked again in a moment.'
              : 'Numbers appear here as soon as it runs.'
          }
        />
        <Facts facts={counted} />
      </>
    );
  }
  return (
    <Box sx={{ display: 'grid', gap: 2.5 }}>
      {live.rateLimit === null ? (
        <Typography variant="body2" color="textSecondary">
          This instance keeps no rate limit of its own.
        </Typography>
      ) : (
        <RateGauge rate={live.rateLimit} />
      )}
      <Facts
        facts={[
          ...counted,
          { name: 'Open sessions', value: live.sessions === null ? '–' : count.format(live.sessions) },
          { name: 'Memory', value: live.memoryBytes === null ? '–' : formatMebibytes(live.memoryBytes) },
          { name: 'Running for', value: live.uptimeSeconds === null ? '–' : formatUptime(live.uptimeSeconds) },
        ]}
      />
    </Box>
  );
}

function inWords({ calls, errors }: { calls: number; errors: number }): string {
  if (errors === 0) return count.format(calls);
  return `${count.format(calls)}, ${count.format(errors)} ${errors === 1 ? 'error' : 'errors'}`;
}
