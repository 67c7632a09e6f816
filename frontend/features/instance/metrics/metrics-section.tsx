import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import { useSearchParams } from 'react-router';
import type { MetricSeries } from '../../../api/contract.ts';
import { useMetricSeries } from '../../../api/instances.ts';
import { EmptyState } from '../../../components/empty-state.tsx';
import { LabelledSelect } from '../../../components/labelled-select.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { Facts } from '../activity/facts.tsx';
import { MetricCharts } from './metric-charts.tsx';
import { isMeasured, type MetricField, type MetricGrid, metricGrid, sumOf } from './metric-grid.ts';
import { isMetricRange, metricRangeOptions, metricRanges } from './metric-ranges.ts';
import { ToolMetricsTable } from './tool-metrics-table.tsx';

const count = new Intl.NumberFormat('en');
/** As high as the charts that follow, so that nothing moves when they arrive. */
const chartsHeight = 980;

/** How the instance did over time. The range stands in the address. */
export function MetricsSection({ instanceId }: { instanceId: string }) {
  const [parameters, setParameters] = useSearchParams();
  const named = parameters.get('range');
  const range = isMetricRange(named) ? named : 'hour';
  const { reach, step } = metricRanges[range];
  const series = useMetricSeries(instanceId, { reach, step });
  return (
    <Stack spacing={2.5}>
      <Panel
        title="Metrics"
        text={`In steps of one ${step}. A gap is a time of which nothing is known, such as while the instance slept.`}
        actions={
          <LabelledSelect
            compact
            label="Range"
            value={range}
            options={metricRangeOptions}
            onChange={(chosen) => setParameters({ range: chosen }, { replace: true, preventScrollReset: true })}
          />
        }
      >
        {series.isPending && <Skeleton variant="rounded" height={chartsHeight} />}
        {series.data === undefined && <ProblemAlert error={series.error} onRetry={series.refetch} />}
        {series.data !== undefined && <Numbers series={series.data} />}
      </Panel>
      {series.data !== undefined && <ToolMetricsTable tools={series.data.tools} />}
    </Stack>
  );
}

function Numbers({ series }: { series: MetricSeries }) {
  const grid = metricGrid(series);
  if (!isMeasured(grid)) {
    return (
      <EmptyState
        framed={false}
        title="Nothing was measured in this time"
        text="Numbers appear here within a minute of the first call."
      />
    );
  }
  return (
    <Stack spacing={3}>
      <Facts
        facts={[
          { name: 'Calls', value: total(grid, 'calls') },
          { name: 'Errors', value: total(grid, 'errors') },
          { name: 'Woken', value: total(grid, 'wakes') },
          { name: 'Restarts', value: total(grid, 'restarts') },
        ]}
      />
      <MetricCharts grid={grid} />
    </Stack>
  );
}

function total(grid: MetricGrid, field: MetricField): string {
  const sum = sumOf(grid, field);
  return sum === null ? '–' : count.format(sum);
}
