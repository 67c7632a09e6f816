import Typography from '@mui/material/Typography';
import { useRecentCalls } from '../../../api/logs.ts';
import { monospace } from '../../../app/palette.ts';
import { DataTable } from '../../../components/data-table.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { LoadingRows } from '../../../components/loading-rows.tsx';
import { Panel } from '../../../components/panel.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { StatusPill } from '../../../components/status-pill.tsx';
import { RelativeTime } from '../../../components/time-text.tsx';
import { outcomeWords } from '../call-outcomes.ts';
import { formatDuration } from './format-duration.ts';

/** The latest tool calls: what was called, how long it took, how it ended. */
export function RecentCalls({ instanceId }: { instanceId: string }) {
  const calls = useRecentCalls(instanceId);
  return (
    <Panel title="Recent calls" flush>
      {calls.isPending && <LoadingRows />}
      {calls.data === undefined && <ProblemAlert error={calls.error} onRetry={calls.refetch} />}
      {calls.data?.length === 0 && (
        <EmptyState
          framed={false}
          title="No calls yet"
          text="As soon as a client calls a tool of this instance, the call appears here."
        />
      )}
      {calls.data !== undefined && calls.data.length > 0 && (
        <DataTable
          caption="Recent tool calls"
          rows={calls.data}
          rowKey={(call) => call.id}
          columns={[
            {
              title: 'Tool',
              render: (call) => <span style={{ fontFamily: monospace, fontSize: '0.8125rem' }}>{call.tool}</span>,
            },
            { title: 'Time', render: (call) => <RelativeTime time={call.time} /> },
            { title: 'Duration', align: 'right', render: (call) => formatDuration(call.durationMs) },
            { title: 'Outcome', render: (call) => <Outcome outcome={call.outcome ?? ''} /> },
          ]}
        />
      )}
    </Panel>
  );
}

function Outcome({ outcome }: { outcome: string }) {
  const { title, tone, text } = outcomeWords(outcome);
  const pill = <StatusPill tone={tone}>{title}</StatusPill>;
  if (text === undefined) return pill;
  return (
    <>
      {pill}
      <Typography variant="caption" component="div" color="textSecondary" sx={{ mt: 0.5, maxWidth: '40ch' }}>
        {text}
      </Typography>
    </>
  );
}
