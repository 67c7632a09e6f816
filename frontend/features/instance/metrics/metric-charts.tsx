import Box from '@mui/material/Box';
import { type Line, LineChart } from '../../../components/line-chart.tsx';
import { formatBytes, formatMebibytes } from '../activity/format-amount.ts';
import { formatDuration } from '../activity/format-duration.ts';
import { type MetricField, type MetricGrid, valuesOf } from './metric-grid.ts';

interface ChartDescription {
  title: string;
  lines: readonly (Omit<Line, 'values'> & { field: MetricField })[];
  format: (value: number) => string;
  base?: 2;
}

const count = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const accent = 'primary.main';
const secondDashes = '5 4';
const thirdDashes = '1.5 4';

const charts: readonly ChartDescription[] = [
  {
    title: 'Calls',
    format: count.format,
    lines: [
      { name: 'Calls', field: 'calls', color: accent },
      { name: 'Errors', field: 'errors', color: 'tone.bad.mark', dashes: secondDashes },
    ],
  },
  {
    title: 'Duration of calls',
    format: formatDuration,
    lines: [
      { name: 'p50', field: 'p50Ms', color: accent },
      { name: 'p95', field: 'p95Ms', color: 'tone.caution.mark', dashes: secondDashes },
      { name: 'p99', field: 'p99Ms', color: 'tone.bad.mark', dashes: thirdDashes },
    ],
  },
  { title: 'Open streams', format: count.format, lines: [{ name: 'Streams', field: 'streams', color: accent }] },
  {
    title: 'Left of the rate limit',
    format: count.format,
    lines: [{ name: 'Calls that could still leave', field: 'rateLimitRemaining', color: accent }],
  },
  { title: 'Memory', format: formatMebibytes, base: 2, lines: [{ name: 'Memory', field: 'memoryBytes', color: accent }] },
  { title: 'CPU', format: (value) => `${count.format(value)} %`, lines: [{ name: 'CPU', field: 'cpuPercent', color: accent }] },
  { title: 'Time to wake', format: formatDuration, lines: [{ name: 'Wake time', field: 'wakeMs', color: accent }] },
  {
    title: 'Traffic',
    format: formatBytes,
    base: 2,
    lines: [
      { name: 'In', field: 'bytesIn', color: accent },
      { name: 'Out', field: 'bytesOut', color: 'tone.caution.mark', dashes: secondDashes },
    ],
  },
];

/** Everything that is measured of an instance, two charts side by side where there is room. */
export function MetricCharts({ grid }: { grid: MetricGrid }) {
  return (
    <Box
      sx={{
        display: 'grid',
        columnGap: 4,
        rowGap: 3.5,
        gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: 'repeat(2, minmax(0, 1fr))' },
      }}
    >
      {charts.map(({ title, lines, format, base }) => (
        <LineChart
          key={title}
          title={title}
          moments={grid.moments}
          lines={lines.map(({ field, ...line }) => ({ ...line, values: valuesOf(grid, field) }))}
          format={format}
          base={base ?? 10}
        />
      ))}
    </Box>
  );
}
