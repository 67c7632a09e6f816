import Container from '@mui/material/Container';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useEffect, useEffectEvent, useState } from 'react';
import type { ApiProblem } from '../api/problem.ts';
import { asProblem } from '../api/problem.ts';
import { BusyButton } from '../components/busy-button.tsx';
import { Brand } from './brand.tsx';

const retryMilliseconds = 4000;

/** The whole page where the service gives no answer at all at start; asks again by itself. */
export function UnreachablePage({ problem, retry }: { problem: ApiProblem | Error; retry: () => Promise<unknown> }) {
  const [trying, setTrying] = useState(false);
  const shown = asProblem(problem);

  async function tryAgain() {
    setTrying(true);
    await retry();
    setTrying(false);
  }
  const tryInBackground = useEffectEvent(() => void retry());
  useEffect(() => {
    const timer = setInterval(tryInBackground, retryMilliseconds);
    return () => clearInterval(timer);
  }, []);

  return (
    <Container component="main" maxWidth="xs" sx={{ py: { xs: 8, sm: 14 } }}>
      <Stack spacing={3} sx={{ alignItems: 'flex-start' }}>
        <Brand />
        <Stack spacing={1} role="alert">
          <Typography variant="h1">{shown.title}</Typography>
          <Typography color="textSecondary">{shown.detail}</Typography>
          <Typography color="textSecondary">This page tries again by itself every few seconds.</Typography>
        </Stack>
        <BusyButton variant="contained" onClick={tryAgain} busy={trying}>
          Try again now
        </BusyButton>
      </Stack>
    </Container>
  );
}
