import Box from '@mui/material/Box';
import type { Instance } from '../../../api/contract.ts';
import { StatusMark } from '../../../components/status-pill.tsx';
import { RelativeTime } from '../../../components/time-text.tsx';

/** Turns green when the first client has connected. */
export function ClientLight({ instance }: { instance: Instance }) {
  const connected = instance.firstConnectedAt !== null;
  return (
    <Box
      role="status"
      data-connected={connected}
      sx={{
        display: 'flex',
        alignItems: 'center',
        gap: 1.25,
        px: 1.75,
        py: 1.25,
        borderRadius: 1,
        fontSize: '0.875rem',
        backgroundColor: connected ? 'tone.good.ground' : 'surface.sunken',
        color: connected ? 'tone.good.text' : 'text.secondary',
      }}
    >
      <StatusMark tone={connected ? 'good' : 'none'} busy={!connected && instance.status === 'running'} size={10} />
      {instance.firstConnectedAt === null ? (
        <span>{instance.status === 'running' ? 'Waiting for the first client…' : 'No client has connected yet.'}</span>
      ) : (
        <span>
          <strong>Connected.</strong> The first client came <RelativeTime time={instance.firstConnectedAt} />.
        </span>
      )}
    </Box>
  );
}
