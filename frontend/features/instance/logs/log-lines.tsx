import Box from '@mui/material/Box';
import { type KeyboardEvent, useState } from 'react';
import type { LogEntry } from '../../../api/contract.ts';
import { monospace } from '../../../app/palette.ts';
import { LogLine } from './log-line.tsx';

/**
 * Log lines, newest first. One copy button at a time is a stop of the Tab key; the arrow keys go from line to line, so that a
 * hundred lines are not a hundred stops.
 */
export function LogLines({ entries }: { entries: readonly LogEntry[] }) {
  const [reached, setReached] = useState<string>();
  const stop = entries.some(({ id }) => id === reached) ? reached : entries[0]?.id;

  function move(event: KeyboardEvent<HTMLElement>) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const line = (event.target as HTMLElement).closest('li');
    const next = event.key === 'ArrowDown' ? line?.nextElementSibling : line?.previousElementSibling;
    const button = next?.querySelector<HTMLElement>('[data-copy]');
    if (button === null || button === undefined) return;
    event.preventDefault();
    button.focus();
  }

  return (
    <Box
      component="ul"
      aria-label="Log lines"
      onKeyDown={move}
      sx={{
        listStyle: 'none',
        m: 0,
        p: 0,
        maxHeight: 560,
        overflowY: 'auto',
        fontFamily: monospace,
        fontSize: '0.78125rem',
        lineHeight: 1.5,
      }}
    >
      {entries.map((entry) => (
        <LogLine key={entry.id} entry={entry} tabStop={entry.id === stop} onReached={setReached} />
      ))}
    </Box>
  );
}
