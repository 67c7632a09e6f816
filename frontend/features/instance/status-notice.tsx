import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router';
import type { Instance, InstanceStatus } from '../../api/contract.ts';

const tones: Partial<Record<InstanceStatus, 'bad' | 'caution'>> = {
  failed: 'bad',
  unauthenticated: 'caution',
  suspended: 'caution',
};

/** Why the instance is in its state, and what the customer can do about it. */
export function StatusNotice({ instance }: { instance: Instance }) {
  const tone = tones[instance.status];
  return (
    <Box
      role="status"
      sx={
        tone === undefined
          ? { color: 'text.secondary', mt: '-12px !important' }
          : { p: 2, borderRadius: 1, backgroundColor: `tone.${tone}.ground`, color: `tone.${tone}.text` }
      }
    >
      <Typography variant="body2" sx={tone === undefined ? {} : { fontWeight: 600 }}>
        {instance.statusReason}
      </Typography>
      {instance.nextStep !== null && instance.nextStep !== '' && <Typography variant="body2">{instance.nextStep}</Typography>}
      {instance.status === 'unauthenticated' && (
        <Link component={RouterLink} to="/keys" color="inherit" underline="always" variant="body2">
          Go to your Smartlead keys
        </Link>
      )}
    </Box>
  );
}
