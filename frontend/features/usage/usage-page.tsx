import BarChartRounded from '@mui/icons-material/BarChartRounded';
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useSearchParams } from 'react-router';
import { useInstances } from '../../api/instances.ts';
import { useUsage } from '../../api/usage.ts';
import { BarChart } from '../../components/bar-chart.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { isRangeName, type RangeName, ranges } from './ranges.ts';
import { ToolTable } from './tool-table.tsx';
import { barsOf } from './usage-bars.ts';

const count = new Intl.NumberFormat('en');
const rangeOptions = Object.entries(ranges).map(([value, { label }]) => ({ value: value as RangeName, label }));

/** How much the workspace's instances are called, over time and by tool. Range and instance stand in the address. */
export function UsagePage() {
  const [parameters, setParameters] = useSearchParams();
  const named = parameters.get('range');
  const range = isRangeName(named) ? named : 'day';
  const instanceId = parameters.get('instance') ?? '';
  const instances = useInstances();
  const usage = useUsage({ ...questionOf(range), instanceId: instanceId === '' ? undefined : instanceId });

  function choose(name: string, value: string) {
    setParameters(
      (current) => {
        if (value === '') current.delete(name);
        else current.set(name, value);
        return current;
      },
      { replace: true },
    );
  }

  return (
    <>
      <PageHeader
        title="Usage"
        text="Tool calls that clients made through your instances."
        actions={
          <>
            <LabelledSelect
              compact
              label="Instance"
              value={instanceId}
              onChange={(value) => choose('instance', value)}
              options={[
                { value: '', label: 'All instances' },
                ...(instances.data?.items ?? []).map((instance) => ({ value: instance.id, label: instance.name })),
              ]}
            />
            <LabelledSelect
              compact
              label="Range"
              value={range}
              onChange={(value) => choose('range', value)}
              options={rangeOptions}
            />
          </>
        }
      />
      {usage.data === undefined && <ProblemAlert error={usage.error} onRetry={usage.refetch} />}
      {usage.isPending && <Skeleton variant="rounded" height={320} />}
      {usage.data !== undefined && (
        <Stack spacing={2.5}>
          <Box
            sx={{
              display: 'grid',
              gap: 2,
              gridTemplateColumns: { xs: 'repeat(2, minmax(0, 1fr))', sm: 'repeat(3, minmax(0, 1fr))' },
            }}
          >
            <Figure title="Calls" value={count.format(usage.data.totals.calls)} />
            <Figure title="Errors" value={count.format(usage.data.totals.errors)} />
            <Figure title="Succeeded" value={successShare(usage.data.totals)} />
          </Box>
          {usage.data.totals.calls === 0 ? (
            <EmptyState
              icon={<BarChartRounded />}
              title="No calls in this time"
              text="As soon as a client calls a tool through one of your instances, it is counted here."
            />
          ) : (
            <>
              <Panel title="Over time">
                <BarChart title={`Calls per ${usage.data.step}`} bars={barsOf(usage.data)} height={220} />
              </Panel>
              <ToolTable rows={usage.data.items} />
            </>
          )}
        </Stack>
      )}
    </>
  );
}

function questionOf(range: RangeName) {
  const { reach, step } = ranges[range];
  return { reach, step };
}

function Figure({ title, value }: { title: string; value: string }) {
  return (
    <Box sx={{ p: 2, border: 1, borderColor: 'line.soft', borderRadius: 1.5, backgroundColor: 'surface.raised' }}>
      <Typography variant="caption" color="textSecondary" component="p">
        {title}
      </Typography>
      <Typography
        component="p"
        sx={{ fontSize: '1.5rem', fontWeight: 620, letterSpacing: '-0.02em', fontVariantNumeric: 'tabular-nums' }}
      >
        {value}
      </Typography>
    </Box>
  );
}

function successShare({ calls, errors }: { calls: number; errors: number }): string {
  if (calls === 0) return '–';
  // Rounded down: 100 % is only said where no call failed.
  return `${Math.floor(((calls - errors) / calls) * 1000) / 10} %`;
}
