import CloudOffRounded from '@mui/icons-material/CloudOffRounded';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../api/api-context.tsx';
import { useConnectivity } from '../api/connectivity.ts';

const firstDelayMilliseconds = 2000;
const longestDelayMilliseconds = 15_000;

/** Says that the service does not answer, asks again until it does, and then brings every open screen up to date. */
export function ConnectivityBanner() {
  const connectivity = useConnectivity();
  const [attempt, setAttempt] = useState(0);
  const api = useApi();
  const queries = useQueryClient();
  const connected = connectivity === 'connected';

  useEffect(() => {
    if (connected) {
      setAttempt(0);
      return;
    }
    const delay = Math.min(firstDelayMilliseconds * 2 ** attempt, longestDelayMilliseconds);
    const timer = setTimeout(async () => {
      try {
        await api.get('/v1/installation');
        await queries.invalidateQueries();
      } catch {
        setAttempt((count) => count + 1);
      }
    }, delay);
    return () => clearTimeout(timer);
  }, [connected, attempt, api, queries]);

  async function tryNow() {
    try {
      await api.get('/v1/installation');
      await queries.invalidateQueries();
    } catch {
      // Still no answer: wait for the short time again.
      setAttempt(0);
    }
  }

  return (
    <Box role="status" aria-live="polite">
      {!connected && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1.5,
            position: 'fixed',
            zIndex: 'snackbar',
            bottom: 16,
            insetInline: 16,
            maxWidth: 640,
            mx: 'auto',
            pl: 2,
            pr: 1,
            py: 1,
            border: 1,
            borderColor: 'tone.bad.mark',
            borderRadius: 1.25,
            boxShadow: '0 12px 32px -8px rgb(10 14 26 / 0.3)',
            backgroundColor: 'tone.bad.ground',
            color: 'tone.bad.text',
          }}
        >
          <CloudOffRounded fontSize="small" aria-hidden />
          <Typography variant="body2" sx={{ flex: 1 }}>
            {connectivity === 'unreachable'
              ? 'The service cannot be reached. What you see may be out of date; trying again…'
              : 'The service is not available at the moment. What you see may be out of date; trying again…'}
          </Typography>
          <Button size="small" color="inherit" onClick={tryNow}>
            Try now
          </Button>
        </Box>
      )}
    </Box>
  );
}
