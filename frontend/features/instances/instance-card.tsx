import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';
import type { Instance } from '../../api/contract.ts';
import { RelativeTime } from '../../components/time-text.tsx';
import { InstanceStatusPill } from './instance-status-pill.tsx';

const count = new Intl.NumberFormat('en');

/** One instance in the list; the whole card leads to its page. */
export function InstanceCard({ instance, callsToday }: { instance: Instance; callsToday: number | undefined }) {
  return (
    <Box
      component="li"
      sx={{
        position: 'relative',
        display: 'grid',
        gap: 1,
        p: 2.25,
        border: 1,
        borderColor: 'line.soft',
        borderRadius: 1.5,
        backgroundColor: 'surface.raised',
        transition: 'border-color 120ms, box-shadow 120ms',
        '&:hover': { borderColor: 'line.strong', boxShadow: '0 4px 16px -6px rgb(10 14 26 / 0.14)' },
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 2 }}>
        <Typography variant="h2" noWrap sx={{ minWidth: 0 }}>
          <Box
            component={Link}
            to={`/instances/${instance.id}`}
            sx={{
              color: 'text.primary',
              textDecoration: 'none',
              '&::after': { content: '""', position: 'absolute', inset: 0, borderRadius: 1.5 },
            }}
          >
            {instance.name}
          </Box>
        </Typography>
        <InstanceStatusPill status={instance.status} />
      </Box>
      <Typography variant="body2" color="textSecondary" sx={{ minHeight: '1.5em' }}>
        {instance.statusReason}
      </Typography>
      <Box
        component="dl"
        sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3, rowGap: 0.5, m: 0, mt: 0.5, fontSize: '0.8125rem' }}
      >
        <Fact title="Calls today">
          {callsToday === undefined ? <Skeleton width={28} sx={{ display: 'inline-block' }} /> : count.format(callsToday)}
        </Fact>
        <Fact title="First client">
          {instance.firstConnectedAt === null ? 'Waiting' : <RelativeTime time={instance.firstConnectedAt} />}
        </Fact>
        <Fact title="Created">
          <RelativeTime time={instance.createdAt} />
        </Fact>
      </Box>
    </Box>
  );
}

function Fact({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Box sx={{ display: 'flex', gap: 0.75 }}>
      <Box component="dt" sx={{ color: 'text.secondary' }}>
        {title}
      </Box>
      <Box component="dd" sx={{ m: 0, fontWeight: 550, fontVariantNumeric: 'tabular-nums' }}>
        {children}
      </Box>
    </Box>
  );
}
