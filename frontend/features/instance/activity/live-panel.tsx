import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import type { Instance, InstanceMetrics, InstanceStatus } from '../../../api/contract.ts';
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
      {metrics.data !== undefined && <Numbers metrics={metrics.data} instance={instance} />}
    </Panel>
  );
}

function Numbers({ metrics: { live, lastHour, lastDay }, instance }: { metrics: InstanceMetrics; instance: Instance }) {
  const counted = [
    { name: 'Calls in the last hour', value: inWords(lastHour) },
    { name: 'Calls in the last day', value: inWords(lastDay) },
  ];
  if (live === null) {
    return (
      <>
        <EmptyState framed={false} {...silenceWords(instance.status)} />
        <Facts facts={counted} />
      </>
    );
  }
  return (
    <Box sx={{ display: 'grid', gap: 2.5 }}>
      <RateLimit live={live} />
      <Facts
        facts={[
          ...counted,
          { name: 'Processes', value: processesOf(instance) },
          { name: 'Open sessions', value: live.sessions === null ? '–' : count.format(live.sessions) },
          { name: 'Memory', value: live.memoryBytes === null ? '–' : formatMebibytes(live.memoryBytes) },
          { name: 'Running for', value: live.uptimeSeconds === null ? '–' : formatUptime(live.uptimeSeconds) },
        ]}
      />
    </Box>
  );
}

/** Who tells of no sessions either was not asked at this moment: what is shown was stored before, and says nothing of limits. */
function RateLimit({ live: { rateLimit, sessions } }: { live: NonNullable<InstanceMetrics['live']> }) {
  if (rateLimit !== null) return <RateGauge rate={rateLimit} />;
  if (sessions === null) return null;
  return (
    <Typography variant="body2" color="textSecondary">
      This instance keeps no rate limit of its own.
    </Typography>
  );
}

/** Why there are no numbers of this moment. */
function silenceWords(status: InstanceStatus): { title: string; text: string } {
  if (status === 'running') {
    return {
      title: 'The instance did not answer just now',
      text: 'It may be starting or very busy. It is asked again in a moment.',
    };
  }
  if (status === 'sleeping') {
    return {
      title: 'The instance sleeps',
      text: 'Nobody called it for a while, so it takes no memory now. Its clients are connected; the next call wakes it.',
    };
  }
  return { title: 'The instance does not run', text: 'Numbers appear here as soon as it runs.' };
}

function processesOf({ replicas, maxReplicas }: Instance): string {
  return maxReplicas === 1 ? count.format(replicas) : `${count.format(replicas)} of at most ${count.format(maxReplicas)}`;
}

function inWords({ calls, errors }: { calls: number; errors: number }): string {
  if (errors === 0) return count.format(calls);
  return `${count.format(calls)}, ${count.format(errors)} ${errors === 1 ? 'error' : 'errors'}`;
}
