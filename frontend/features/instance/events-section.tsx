import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useInstanceEvents } from '../../api/instances.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LoadingRows } from '../../components/loading-rows.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusMark, type ToneName } from '../../components/status-pill.tsx';
import { RelativeTime } from '../../components/time-text.tsx';

const tones: Record<string, ToneName> = {
  healthy: 'good',
  unhealthy: 'caution',
  running: 'good',
  'client-connected': 'good',
  exited: 'caution',
  unauthenticated: 'caution',
  failed: 'bad',
};

/** What happened to the instance, newest first. */
export function EventsSection({ instanceId }: { instanceId: string }) {
  const events = useInstanceEvents(instanceId);
  return (
    <Panel title="Events" text="What happened to this instance since it was created." flush>
      {events.isPending && <LoadingRows />}
      {events.data === undefined && <ProblemAlert error={events.error} onRetry={events.refetch} />}
      {events.data?.items.length === 0 && (
        <EmptyState framed={false} title="Nothing has happened yet" text="Starts, stops, crashes and repairs appear here." />
      )}
      {events.data !== undefined && events.data.items.length > 0 && (
        <Box component="ol" sx={{ listStyle: 'none', m: 0, px: { xs: 2, sm: 2.5 }, py: 2 }}>
          {events.data.items.map((event) => (
            <Box
              component="li"
              key={event.id}
              sx={{
                display: 'grid',
                gridTemplateColumns: '10px minmax(0, 1fr)',
                columnGap: 1.75,
                pb: 2.25,
                position: 'relative',
                '&:not(:last-of-type)::before': {
                  content: '""',
                  position: 'absolute',
                  left: '4.5px',
                  top: 22,
                  bottom: -4,
                  width: '1px',
                  backgroundColor: 'line.soft',
                },
                '&:last-of-type': { pb: 0 },
              }}
            >
              <Box sx={{ pt: '6px' }}>
                <StatusMark tone={tones[event.type] ?? 'none'} size={10} />
              </Box>
              <div>
                <Typography variant="body2">{event.message}</Typography>
                <Typography variant="caption" color="textSecondary">
                  {event.type.replaceAll('-', ' ')} · <RelativeTime time={event.time} />
                </Typography>
              </div>
            </Box>
          ))}
        </Box>
      )}
    </Panel>
  );
}
