import Skeleton from '@mui/material/Skeleton';
import { useState } from 'react';
import { useUsage } from '../../../api/usage.ts';
import { BarChart } from '../../../components/bar-chart.tsx';
import { LabelledSelect } from '../../../components/labelled-select.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { type RangeName, ranges } from '../../usage/ranges.ts';
import { barsOf } from '../../usage/usage-bars.ts';

/** Calls of one instance over time. */
export function InstanceUsage({ instanceId }: { instanceId: string }) {
  const [range, setRange] = useState<RangeName>('day');
  const { reach, step } = ranges[range];
  const usage = useUsage({ reach, step, instanceId });
  return (
    <Panel
      title="Usage"
      actions={<LabelledSelect compact label="Range" value={range} onChange={setRange} options={rangeOptions} />}
    >
      {usage.isPending && <Skeleton variant="rounded" height={220} />}
      {usage.data === undefined && <ProblemAlert error={usage.error} onRetry={usage.refetch} />}
      {usage.data !== undefined && <BarChart title={`Calls per ${usage.data.step}`} bars={barsOf(usage.data)} />}
    </Panel>
  );
}

const rangeOptions = Object.entries(ranges).map(([value, { label }]) => ({ value: value as RangeName, label }));
