import PauseRounded from '@mui/icons-material/PauseRounded';
import PlayArrowRounded from '@mui/icons-material/PlayArrowRounded';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useDeferredValue, useState } from 'react';
import type { Instance, LogEntry } from '../../../api/contract.ts';
import { type FollowState, type LogFilter, useFollowLogs, useLogs } from '../../../api/logs.ts';
import { BusyButton } from '../../../components/busy-button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { LoadingRows } from '../../../components/loading-rows.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { StatusPill } from '../../../components/status-pill.tsx';
import { ArgumentLogging } from './argument-logging.tsx';
import { isFiltered, noFilter, reachesNow } from './log-filter.ts';
import { LogFilterBar } from './log-filter-bar.tsx';
import { LogLines } from './log-lines.tsx';

/** In place of the newest line where there was none. */
const nothingYet = '';

/** The log of the instance: filtered, live, and back in time page by page. */
export function LogsSection({ instance }: { instance: Instance }) {
  const [filter, setFilter] = useState(noFilter);
  const [pausedAt, setPausedAt] = useState<string>();
  const asked = useDeferredValue(filter);
  const followed = useFollowLogs(instance.id, asked, reachesNow(asked));
  const logs = useLogs(instance.id, asked, followed === 'polling');
  const known = logs.data?.pages.flatMap((page) => page.items) ?? [];
  const { entries, held } = heldBack(known, pausedAt);
  const filtered = isFiltered(filter);

  function changeFilter(changed: LogFilter) {
    setFilter(changed);
    setPausedAt(undefined);
  }

  return (
    <Panel
      title="Logs"
      text="Never holds keys or tokens, and what was sent to a tool only while you have that logged."
      flush
      actions={
        reachesNow(filter) && (
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
            <FollowPill state={followed} paused={pausedAt !== undefined} held={held} />
            {/* One button, so that whoever pressed it keeps the focus. */}
            <Button
              size="small"
              variant="outlined"
              color="inherit"
              startIcon={pausedAt === undefined ? <PauseRounded /> : <PlayArrowRounded />}
              onClick={() => setPausedAt(pausedAt === undefined ? (known[0]?.id ?? nothingYet) : undefined)}
              sx={{ minWidth: 100 }}
            >
              {pausedAt === undefined ? 'Pause' : 'Resume'}
            </Button>
          </Box>
        )
      }
    >
      <ArgumentLogging instance={instance} />
      <LogFilterBar filter={filter} onChange={changeFilter} />
      {logs.isPending && <LoadingRows rows={6} height={22} />}
      {logs.data === undefined && <ProblemAlert error={logs.error} onRetry={logs.refetch} />}
      {logs.data !== undefined && entries.length === 0 && (
        <EmptyState
          framed={false}
          title={filtered ? 'No line fits the filter' : 'Nothing has been logged yet'}
          text={filtered ? 'Try other words, another level, outcome or time.' : 'Lines appear here as the instance works.'}
          action={
            filtered && (
              <Button variant="outlined" color="inherit" size="small" onClick={() => changeFilter(noFilter)}>
                Clear the filter
              </Button>
            )
          }
        />
      )}
      {entries.length > 0 && <LogLines entries={entries} />}
      {logs.hasNextPage && (
        <Box sx={{ p: 1.5, borderTop: 1, borderColor: 'line.soft', textAlign: 'center' }}>
          <BusyButton size="small" color="inherit" onClick={() => logs.fetchNextPage()} busy={logs.isFetchingNextPage}>
            Load older lines
          </BusyButton>
        </Box>
      )}
    </Panel>
  );
}

/** While paused, only what was there at that moment is shown; the rest is counted. */
function heldBack(known: readonly LogEntry[], pausedAt: string | undefined): { entries: readonly LogEntry[]; held: number } {
  if (pausedAt === nothingYet) return { entries: [], held: known.length };
  const held = pausedAt === undefined ? 0 : known.findIndex(({ id }) => id === pausedAt);
  return held <= 0 ? { entries: known, held: 0 } : { entries: known.slice(held), held };
}

function FollowPill({ state, paused, held }: { state: FollowState; paused: boolean; held: number }) {
  if (paused) return <StatusPill tone="none">{held === 0 ? 'Paused' : `Paused, ${held} new`}</StatusPill>;
  if (state === 'live') {
    return (
      <StatusPill tone="good" busy>
        Live
      </StatusPill>
    );
  }
  return <StatusPill tone="none">{state === 'polling' ? 'Every 3 s' : 'Connecting'}</StatusPill>;
}
