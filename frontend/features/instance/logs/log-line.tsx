import CheckRounded from '@mui/icons-material/CheckRounded';
import ContentCopyRounded from '@mui/icons-material/ContentCopyRounded';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import { memo, useState } from 'react';
import type { LogEntry, LogLevel } from '../../../api/contract.ts';
import { copyText } from '../../../components/copy-text.ts';
import { ExactTime } from '../../../components/time-text.tsx';
import { formatDuration } from '../activity/format-duration.ts';
import { outcomeWords } from '../call-outcomes.ts';
import { logLineText } from './log-line-text.ts';

const levelColors: Record<LogLevel, string> = {
  debug: 'text.secondary',
  info: 'tone.accent.text',
  warn: 'tone.caution.text',
  error: 'tone.bad.text',
};

/** Characters of a message, or of arguments, that are shown before the reader asks for the rest. */
const shownCharacters = 300;

interface LogLineProps {
  entry: LogEntry;
  /** Whether the Tab key stops at its button. */
  tabStop: boolean;
  onReached: (id: string) => void;
}

/** One line of the log; a long one is cut until its reader wants it all. */
export const LogLine = memo(function LogLine({ entry, tabStop, onReached }: LogLineProps) {
  return (
    <Box
      component="li"
      sx={{
        display: 'grid',
        gridTemplateColumns: { xs: 'auto minmax(0, 1fr) 28px', sm: '76px 52px minmax(0, 1fr) 28px' },
        columnGap: 1.25,
        alignItems: 'start',
        pl: 2,
        pr: 1,
        py: 0.6,
        '&:hover, &:focus-within': { backgroundColor: 'surface.sunken' },
        '& [data-copy]': { opacity: { xs: 1, md: 0 } },
        '&:hover [data-copy], & [data-copy]:focus-visible': { opacity: 1 },
      }}
    >
      <Box component="span" sx={{ color: 'text.secondary' }}>
        <ExactTime time={entry.time} show="clock" />
      </Box>
      <Box component="span" sx={{ color: levelColors[entry.level] ?? 'text.secondary', fontWeight: 600 }}>
        {entry.level}
      </Box>
      <Box component="span" sx={{ overflowWrap: 'anywhere', gridColumn: { xs: '1 / -1', sm: 'auto' } }}>
        <LongText text={entry.message} />
        <Details entry={entry} />
        {typeof entry.arguments === 'string' && entry.arguments !== '' && (
          <Box component="span" sx={{ display: 'block', color: 'tone.caution.text' }}>
            <LongText text={entry.arguments} />
          </Box>
        )}
      </Box>
      <CopyLine entry={entry} tabStop={tabStop} onReached={onReached} />
    </Box>
  );
});

function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  if (text.length <= shownCharacters) return text;
  return (
    <>
      {whole ? text : `${text.slice(0, shownCharacters)}…`}{' '}
      <Link component="button" type="button" aria-expanded={whole} onClick={() => setWhole(!whole)} sx={{ fontSize: 'inherit' }}>
        {whole ? 'Show less' : `Show all ${text.length} characters`}
      </Link>
    </>
  );
}

function CopyLine({ entry, tabStop, onReached }: LogLineProps) {
  const [copied, setCopied] = useState(false);
  return (
    <IconButton
      size="small"
      data-copy
      tabIndex={tabStop ? 0 : -1}
      aria-label={copied ? 'Copied' : 'Copy line'}
      onFocus={() => onReached(entry.id)}
      onBlur={() => setCopied(false)}
      onPointerLeave={() => setCopied(false)}
      onClick={async (event) => setCopied(await copyText(logLineText(entry), event.currentTarget))}
      sx={{ gridColumn: { xs: 3, sm: 4 }, gridRow: 1, p: '3px', my: '-2px', color: 'text.secondary' }}
    >
      {copied ? <CheckRounded color="success" sx={{ fontSize: 16 }} /> : <ContentCopyRounded sx={{ fontSize: 15 }} />}
    </IconButton>
  );
}

function Details({ entry }: { entry: LogEntry }) {
  const details = [
    entry.tool,
    typeof entry.durationMs === 'number' ? formatDuration(entry.durationMs) : undefined,
    typeof entry.outcome === 'string' && entry.outcome !== '' ? outcomeWords(entry.outcome).title : undefined,
    entry.requestId,
  ].filter((detail) => detail !== undefined && detail !== null && detail !== '');
  if (details.length === 0) return null;
  return (
    <Box component="span" sx={{ color: 'text.secondary' }}>
      {' '}
      {details.join(' · ')}
    </Box>
  );
}
