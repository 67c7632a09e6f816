import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { axisTop } from './axis-top.ts';
import { DataTable } from './data-table.tsx';

export interface Bar {
  /** Unique; such as the time. */
  id: string;
  /** In full, such as `22 Nov, 08:00`. */
  label: string;
  /** Under the axis, such as `08:00`. */
  tick: string;
  value: number;
  /** Part of the value, drawn in its own colour. */
  errors: number;
}

interface BarChartProps {
  /** What is counted, such as `Calls per hour`. */
  title: string;
  bars: readonly Bar[];
  height?: number;
}

const count = new Intl.NumberFormat('en');
const shownTicks = 6;
/** Ticks beyond this part of the axis would run out of the chart. */
const lastTickShare = 0.92;

/** Counts over time as bars. The same numbers are there as a table. */
export function BarChart({ title, bars, height = 180 }: BarChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [pointed, setPointed] = useState<Bar>();
  const total = bars.reduce((sum, bar) => sum + bar.value, 0);
  const top = axisTop(Math.max(...bars.map((bar) => bar.value), 0));
  const tickEvery = Math.max(1, Math.ceil(bars.length / shownTicks));

  return (
    <Box>
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 2, mb: 1.5, minHeight: 30 }}>
        <Typography variant="caption" color="textSecondary" aria-hidden sx={{ fontVariantNumeric: 'tabular-nums' }}>
          {pointed === undefined ? title : `${pointed.label}: ${inWords(pointed)}`}
        </Typography>
        <Button size="small" color="inherit" onClick={() => setAsTable(!asTable)} sx={{ color: 'text.secondary', mr: -1 }}>
          {asTable ? 'Show as chart' : 'Show as table'}
        </Button>
      </Box>
      {asTable ? (
        <Box
          sx={{ maxHeight: 360, overflowY: 'auto', border: 1, borderColor: 'line.soft', borderRadius: 1 }}
          tabIndex={0}
          role="region"
          aria-label={title}
        >
          <DataTable
            caption={title}
            rows={bars.toReversed()}
            rowKey={(bar) => bar.id}
            columns={[
              { title: 'Time', render: (bar) => bar.label },
              { title: 'Calls', align: 'right', render: (bar) => count.format(bar.value) },
              { title: 'Errors', align: 'right', render: (bar) => count.format(bar.errors) },
            ]}
          />
        </Box>
      ) : (
        <Box role="img" aria-label={`${title}: ${count.format(total)} in all. The table has every number.`}>
          <Box sx={{ display: 'grid', gridTemplateColumns: 'auto minmax(0, 1fr)', columnGap: 1 }}>
            <Axis top={top} height={height} />
            <Box
              onPointerLeave={() => setPointed(undefined)}
              sx={{
                position: 'relative',
                height,
                display: 'flex',
                alignItems: 'flex-end',
                gap: bars.length > 40 ? '2px' : '1.2%',
                borderBottom: 1,
                borderColor: 'line.strong',
                backgroundImage: 'linear-gradient(to bottom, var(--smartlead-mcp-palette-line-soft) 1px, transparent 1px)',
                backgroundSize: '100% 50%',
              }}
            >
              {bars.map((bar) => (
                <Box
                  key={bar.id}
                  onPointerEnter={() => setPointed(bar)}
                  sx={{ flex: 1, height: '100%', display: 'flex', alignItems: 'flex-end', '&:hover > *': { opacity: 0.75 } }}
                >
                  <Box sx={barStyle} style={{ height: `${(bar.value / top) * 100}%` }}>
                    <Box sx={{ backgroundColor: 'tone.bad.mark' }} style={{ height: `${share(bar) * 100}%` }} />
                  </Box>
                </Box>
              ))}
            </Box>
            <span />
            <Box sx={{ position: 'relative', height: 22, overflow: 'hidden' }}>
              {bars.map((bar, index) =>
                index % tickEvery === 0 && index <= bars.length * lastTickShare ? (
                  <Typography
                    key={bar.id}
                    component="span"
                    color="textSecondary"
                    sx={{ position: 'absolute', top: 6, fontSize: '0.6875rem', whiteSpace: 'nowrap' }}
                    style={{ left: `${(index / bars.length) * 100}%` }}
                  >
                    {bar.tick}
                  </Typography>
                ) : null,
              )}
            </Box>
          </Box>
        </Box>
      )}
    </Box>
  );
}

const barStyle = {
  width: '100%',
  display: 'flex',
  flexDirection: 'column',
  justifyContent: 'flex-start',
  borderRadius: '3px 3px 0 0',
  overflow: 'hidden',
  backgroundColor: 'primary.main',
  maxWidth: 26,
  mx: 'auto',
} as const;

function Axis({ top, height }: { top: number; height: number }) {
  return (
    <Box sx={{ position: 'relative', height, minWidth: 26 }}>
      {[1, 0.5, 0].map((part) => (
        <Typography
          key={part}
          component="span"
          color="textSecondary"
          sx={{
            position: 'absolute',
            right: 0,
            fontSize: '0.6875rem',
            lineHeight: 1,
            transform: 'translateY(-50%)',
            fontVariantNumeric: 'tabular-nums',
          }}
          style={{ top: `${(1 - part) * 100}%` }}
        >
          {count.format(top * part)}
        </Typography>
      ))}
    </Box>
  );
}

function inWords(bar: Bar): string {
  const calls = `${count.format(bar.value)} ${bar.value === 1 ? 'call' : 'calls'}`;
  if (bar.errors === 0) return calls;
  return `${calls}, ${count.format(bar.errors)} ${bar.errors === 1 ? 'error' : 'errors'}`;
}

function share(bar: Bar): number {
  return bar.value === 0 ? 0 : Math.min(1, bar.errors / bar.value);
}
