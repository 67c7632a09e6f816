import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import { useDeferredValue, useState } from 'react';
import { type FollowState, useFollowLogs, useLogs } from '../../../api/logs.ts';
import { BusyButton } from '../../../components/busy-button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { LoadingRows } from '../../../components/loading-rows.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { StatusPill } from '../../../components/status-pill.tsx';
import { LogFilterBar } from './log-filter-bar.tsx';
import { LogLines } from './log-lines.tsx';

const noFilter = { level: '', tool: '', search: '' };

/** The log of the instance: filtered, live, and back in time page by page. */
export function LogsSection({ instanceId }: { instanceId: string }) {
  const [filter, setFilter] = useState(noFilter);
  const [wanted, setWanted] = useState(true);
  const asked = useDeferredValue(filter);
  const followed = useFollowLogs(instanceId, asked, wanted);
  const logs = useLogs(instanceId, asked, followed === 'polling');
  const entries = logs.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = filter.level !== '' || filter.tool !== '' || filter.search !== '';

  return (
    <Panel
      title="Logs"
      text="Never holds keys, tokens or what was sent to a tool."
      flush
      actions={
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
          <FollowPill state={followed} />
          <FormControlLabel
            control={<Switch size="small" checked={wanted} onChange={(event) => setWanted(event.target.checked)} />}
            label="Follow"
            sx={{ mr: 0, gap: 0.75, '& .MuiFormControlLabel-label': { fontSize: '0.8125rem' } }}
          />
        </Box>
      }
    >
      <LogFilterBar filter={filter} onChange={setFilter} />
      {logs.isPending && <LoadingRows rows={6} height={22} />}
      {logs.data === undefined && <ProblemAlert error={logs.error} onRetry={logs.refetch} />}
      {logs.data !== undefined && entries.length === 0 && (
        <EmptyState
          framed={false}
          title={filtered ? 'No line fits the filter' : 'Nothing has been logged yet'}
          text={filtered ? 'Try another level, tool or search.' : 'Lines appear here as the instance works.'}
          action={
            filtered && (
              <Button variant="outlined" color="inherit" size="small" onClick={() => setFilter(noFilter)}>
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

function FollowPill({ state }: { state: FollowState }) {
  if (state === 'off') return null;
  if (state === 'live') {
    return (
      <StatusPill tone="good" busy>
        Live
      </StatusPill>
    );
  }
  return <StatusPill tone="none">{state === 'polling' ? 'Every 3 s' : 'Connecting'}</StatusPill>;
}
