import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { AlertDelivery } from '../../api/contract.ts';
import { StatusPill } from '../../components/status-pill.tsx';
import { channelWords, deliveryWords } from './alert-words.ts';

/** What became of an alert on each of its ways. */
export function Deliveries({ deliveries }: { deliveries: readonly AlertDelivery[] }) {
  if (deliveries.length === 0) return 'Nobody';
  return (
    <Box component="ul" aria-label="Deliveries" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.75 }}>
      {deliveries.map((delivery) => (
        <Box component="li" key={`${delivery.channel} ${delivery.at}`}>
          <StatusPill tone={deliveryWords[delivery.status]?.tone ?? 'none'} busy={delivery.status === 'pending'}>
            {channelWords[delivery.channel] ?? delivery.channel}: {deliveryWords[delivery.status]?.title ?? delivery.status}
          </StatusPill>
          {delivery.lastError !== null && (
            <Typography variant="caption" component="div" color="textSecondary" sx={{ mt: 0.25, overflowWrap: 'anywhere' }}>
              {delivery.lastError} ({delivery.attempts === 1 ? '1 attempt' : `${delivery.attempts} attempts`})
            </Typography>
          )}
        </Box>
      ))}
    </Box>
  );
}
