import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { type PointerEvent, useState } from 'react';
import { axisTop } from './axis-top.ts';
import { DataTable } from './data-table.tsx';
import { linePath } from './line-path.ts';

export interface Line {
  name: string;
  color: string;
  /** Dashes tell lines apart without colour. */
  dashes?: string;
  /** One for each moment; `null` where it is not known, which leaves a gap. */
  values: readonly (number | null)[];
}

export interface Moment {
  /** Unique; the time itself. */
  id: string;
  /** In full, such as `22 Nov, 08:00`. */
  label: string;
  /** Under the axis, such as `08:00`. */
  tick: string;
}

interface LineChartProps {
  title: string;
  moments: readonly Moment[];
  lines: readonly Line[];
  /** A value with its unit. */
  format: (value: number) => string;
  /** Where the values are of powers of two, such as bytes. */
  base?: 2 | 10;
  height?: number;
}

const shownTicks = 4;

/** Values over time as lines, with gaps where nothing is known. The same numbers are there as a table. */
export function LineChart({ title, moments, lines, format, base = 10, height = 140 }: LineChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [pointed, setPointed] = useState<number>();
  const known = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const top = axisTop(Math.max(...known, 0), base);
  const moment = pointed === undefined ? undefined : moments[pointed];

  function point(event: PointerEvent<HTMLElement>) {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const index = Math.round(((event.clientX - left) / width) * (moments.length - 1));
    setPointed(Math.min(moments.length - 1, Math.max(0, index)));
  }

  return (
    <Box component="section" aria-label={title} sx={{ minWidth: 0 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 1, minHeight: 30 }}>
        <Typography variant="h3">{title}</Typography>
        <Button
          size="small"
          color="inherit"
          aria-label={`${title}: ${asTable ? 'show as chart' : 'show as table'}`}
          onClick={() => setAsTable(!asTable)}
          sx={{ color: 'text.secondary', mr: -1 }}
        >
          {asTable ? 'Chart' : 'Table'}
        </Button>
      </Box>
      <Legend lines={lines} pointed={moment === undefined ? undefined : pointed} label={moment?.label} format={format} />
      {asTable ? (
        <NumbersTable title={title} moments={moments} lines={lines} format={format} height={height + 22} />
      ) : (
        <Box role="img" aria-label={inWords(title, lines, format)}>
          <Box sx={{ display: 'grid', gridTemplateColumns: '52px minmax(0, 1fr)', columnGap: 1 }}>
            <Axis top={top} format={format} />
            <Box
              onPointerMove={point}
              onPointerLeave={() => setPointed(undefined)}
              sx={{
                position: 'relative',
                height,
                borderBottom: 1,
                borderColor: 'line.strong',
                backgroundImage: 'linear-gradient(to bottom, var(--smartlead-mcp-palette-line-soft) 1px, transparent 1px)',
                backgroundSize: '100% 50%',
              }}
            >
              {known.length === 0 && (
                <Typography
                  variant="caption"
                  color="textSecondary"
                  sx={{ position: 'absolute', inset: 0, display: 'grid', placeItems: 'center' }}
                >
                  Nothing known in this time
                </Typography>
              )}
              <Box
                component="svg"
                viewBox="0 0 100 100"
                preserveAspectRatio="none"
                aria-hidden
                sx={{ position: 'absolute', inset: 0, width: '100%', height: '100%', overflow: 'visible' }}
              >
                {lines.map((line) => (
                  <DrawnLine key={line.name} line={line} top={top} />
                ))}
              </Box>
              {pointed !== undefined && moments.length > 1 && (
                <Box
                  aria-hidden
                  sx={{ position: 'absolute', top: 0, bottom: 0, width: '1px', backgroundColor: 'line.strong' }}
                  style={{ left: `${(pointed / (moments.length - 1)) * 100}%` }}
                />
              )}
            </Box>
            <span />
            <Ticks moments={moments} />
          </Box>
        </Box>
      )}
    </Box>
  );
}

function DrawnLine({ line, top }: { line: Line; top: number }) {
  const { strokes, dots } = linePath(line.values, top);
  const look = { fill: 'none', stroke: colorOf(line), strokeLinecap: 'round', strokeLinejoin: 'round' } as const;
  return (
    <>
      <Box
        component="path"
        d={strokes}
        vectorEffect="non-scaling-stroke"
        strokeDasharray={line.dashes}
        sx={{ ...look, strokeWidth: 1.75 }}
      />
      <Box component="path" d={dots} vectorEffect="non-scaling-stroke" sx={{ ...look, strokeWidth: 5 }} />
    </>
  );
}

/** Names of the lines; with the values of the moment under the pointer. Always as high, so that nothing moves. */
function Legend(props: {
  lines: readonly Line[];
  pointed: number | undefined;
  label: string | undefined;
  format: (value: number) => string;
}) {
  const { lines, pointed, label, format } = props;
  return (
    <Box
      sx={{
        display: 'flex',
        gap: 1.5,
        height: 20,
        mb: 1.25,
        overflow: 'hidden',
        whiteSpace: 'nowrap',
        fontSize: '0.75rem',
        color: 'text.secondary',
        fontVariantNumeric: 'tabular-nums',
      }}
    >
      {lines.map((line) => {
        const value = pointed === undefined ? undefined : line.values[pointed];
        return (
          <Box component="span" key={line.name} sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.5 }}>
            <Box component="svg" aria-hidden viewBox="0 0 14 6" sx={{ width: 14, height: 6 }}>
              <Box component="path" d="M1 3H13" strokeDasharray={line.dashes} sx={{ stroke: colorOf(line), strokeWidth: 2 }} />
            </Box>
            {line.name}
            {value !== undefined && <strong>{value === null ? '–' : format(value)}</strong>}
          </Box>
        );
      })}
      {label !== undefined && <span>{label}</span>}
    </Box>
  );
}

function Axis({ top, format }: { top: number; format: (value: number) => string }) {
  return (
    <Box aria-hidden sx={{ position: 'relative' }}>
      {[1, 0.5, 0].map((part) => (
        <Box
          component="span"
          key={part}
          sx={{
            position: 'absolute',
            right: 0,
            fontSize: '0.6875rem',
            lineHeight: 1,
            color: 'text.secondary',
            whiteSpace: 'nowrap',
            transform: 'translateY(-50%)',
            fontVariantNumeric: 'tabular-nums',
          }}
          style={{ top: `${(1 - part) * 100}%` }}
        >
          {format(top * part)}
        </Box>
      ))}
    </Box>
  );
}

function Ticks({ moments }: { moments: readonly Moment[] }) {
  const every = Math.max(1, Math.floor((moments.length - 1) / shownTicks));
  return (
    <Box aria-hidden sx={{ position: 'relative', height: 22, overflow: 'hidden' }}>
      {moments.map((moment, index) =>
        index % every === 0 && index < moments.length * 0.9 ? (
          <Box
            component="span"
            key={moment.id}
            sx={{ position: 'absolute', top: 6, fontSize: '0.6875rem', color: 'text.secondary', whiteSpace: 'nowrap' }}
            style={{ left: `${(index / Math.max(1, moments.length - 1)) * 100}%` }}
          >
            {moment.tick}
          </Box>
        ) : null,
      )}
    </Box>
  );
}

function NumbersTable(props: Pick<LineChartProps, 'title' | 'moments' | 'lines' | 'format'> & { height: number }) {
  const { title, moments, lines, format, height } = props;
  const rows = moments.map((moment, index) => ({ ...moment, index })).toReversed();
  const known = rows.filter(({ index }) => lines.some((line) => typeof line.values[index] === 'number'));
  return (
    <Box
      sx={{ height, overflowY: 'auto', border: 1, borderColor: 'line.soft', borderRadius: 1 }}
      tabIndex={0}
      role="region"
      aria-label={`${title}, newest first`}
    >
      <DataTable
        caption={title}
        rows={known}
        rowKey={(row) => row.id}
        columns={[
          { title: 'Time', render: (row) => row.label },
          ...lines.map((line) => ({
            title: line.name,
            align: 'right' as const,
            render: ({ index }: { index: number }) => {
              const value = line.values[index];
              return typeof value === 'number' ? format(value) : '–';
            },
          })),
        ]}
      />
    </Box>
  );
}

function inWords(title: string, lines: readonly Line[], format: (value: number) => string): string {
  const latest = lines.map((line) => {
    const value = line.values.findLast((each) => each !== null);
    return `${line.name} ${value === undefined || value === null ? 'not known' : format(value)}`;
  });
  return `${title}, latest: ${latest.join(', ')}. The table has every number.`;
}

/** Names of the theme's colours stand for their variables. */
function colorOf({ color }: Line): string {
  return `var(--smartlead-mcp-palette-${color.replaceAll('.', '-')})`;
}
