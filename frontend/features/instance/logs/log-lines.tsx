import Box from '@mui/material/Box';
import type { LogEntry, LogLevel } from '../../../api/contract.ts';
import { monospace } from '../../../app/palette.ts';
import { ExactTime } from '../../../components/time-text.tsx';
import { formatDuration } from '../activity/format-duration.ts';
import { outcomeWords } from '../call-outcomes.ts';

const levelColors: Record<LogLevel, string> = {
  debug: 'text.secondary',
  info: 'tone.accent.text',
  warn: 'tone.caution.text',
  error: 'tone.bad.text',
};

/** Log lines, newest first. */
export function LogLines({ entries }: { entries: readonly LogEntry[] }) {
  return (
    <Box
      component="ul"
      tabIndex={0}
      aria-label="Log lines"
      sx={{
        listStyle: 'none',
        m: 0,
        p: 0,
        maxHeight: 560,
        overflowY: 'auto',
        fontFamily: monospace,
        fontSize: '0.78125rem',
        lineHeight: 1.5,
        '&:focus-visible': { outlineOffset: -2 },
      }}
    >
      {entries.map((entry) => (
        <Box
          component="li"
          key={entry.id}
          sx={{
            display: 'grid',
            gridTemplateColumns: { xs: 'auto auto minmax(0, 1fr)', sm: '76px 52px minmax(0, 1fr)' },
            columnGap: 1.25,
            px: 2,
            py: 0.6,
            '&:hover': { backgroundColor: 'surface.sunken' },
          }}
        >
          <Box component="span" sx={{ color: 'text.secondary' }}>
            <ExactTime time={entry.time} show="clock" />
          </Box>
          <Box component="span" sx={{ color: levelColors[entry.level] ?? 'text.secondary', fontWeight: 600 }}>
            {entry.level}
          </Box>
          <Box component="span" sx={{ overflowWrap: 'anywhere', gridColumn: { xs: '1 / -1', sm: 'auto' } }}>
            {entry.message}
            <Details entry={entry} />
          </Box>
        </Box>
      ))}
    </Box>
  );
}

function Details({ entry }: { entry: LogEntry }) {
  const details = [
    entry.tool,
    typeof entry.durationMs === 'number' ? formatDuration(entry.durationMs) : undefined,
    typeof entry.outcome === 'string' && entry.outcome !== '' ? outcomeWords(entry.outcome).title : undefined,
  ].filter((detail) => detail !== undefined && detail !== null && detail !== '');
  if (details.length === 0) return null;
  return (
    <Box component="span" sx={{ color: 'text.secondary' }}>
      {' '}
      {details.join(' · ')}
    </Box>
  );
}
