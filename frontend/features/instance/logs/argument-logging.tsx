import Box from '@mui/material/Box';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useEffect, useState } from 'react';
import type { Instance } from '../../../api/contract.ts';
import { useLogArguments } from '../../../api/instances.ts';
import { BusyButton } from '../../../components/busy-button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';

/** Turns the logging of arguments on for an hour, says so as long as it lasts, and ends it. */
export function ArgumentLogging({ instance }: { instance: Instance }) {
  const [asking, setAsking] = useState(false);
  const change = useLogArguments(instance.id);
  const left = useSecondsUntil(instance.argumentLogUntil);
  const on = left > 0;

  return (
    <Box
      sx={{
        display: 'grid',
        gap: 1,
        px: { xs: 2, sm: 2.5 },
        py: 1.25,
        borderBottom: 1,
        borderColor: 'line.soft',
        ...(on && { backgroundColor: 'tone.caution.ground', color: 'tone.caution.text' }),
      }}
    >
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 2, rowGap: 0.75, minHeight: 30 }}>
        <FormControlLabel
          control={
            <Switch
              size="small"
              checked={on}
              onChange={() => (on ? change.mutate(false) : setAsking(true))}
              disabled={change.isPending}
            />
          }
          label="Log arguments for an hour"
          sx={{ ml: 0, mr: 0, gap: 1, '& .MuiFormControlLabel-label': { fontSize: '0.8125rem', fontWeight: 550 } }}
        />
        {on && (
          <>
            <Typography variant="caption" component="span" sx={{ flex: 1, minWidth: 200 }}>
              What clients send to tools is logged, with any personal data in it, for another{' '}
              <Box component="span" role="timer" sx={{ fontWeight: 600, fontVariantNumeric: 'tabular-nums' }}>
                {inClockForm(left)}
              </Box>
              .
            </Typography>
            <BusyButton
              size="small"
              variant="outlined"
              color="inherit"
              busy={change.isPending}
              onClick={() => change.mutate(false)}
            >
              End now
            </BusyButton>
          </>
        )}
      </Box>
      {!asking && <ProblemAlert error={change.error} />}
      <ConfirmDialog
        open={asking}
        title="Log what is sent to tools?"
        confirmLabel="Log for an hour"
        busy={change.isPending}
        error={change.error}
        onClose={() => {
          setAsking(false);
          change.reset();
        }}
        onConfirm={() => change.mutate(true, { onSuccess: () => setAsking(false) })}
      >
        Arguments can hold personal data, such as names, e-mail addresses and the text of mails. For the next hour they are
        written to this log, where every member of the workspace can read them, and they stay there as long as the log is kept.
        Keys, passwords and tokens are taken out. A running instance restarts for it; its clients stay connected. It ends by
        itself, or when you end it.
      </ConfirmDialog>
    </Box>
  );
}

/** Whole seconds until the time; 0 once it has passed, and where there is none. */
function useSecondsUntil(time: string | null): number {
  const [now, setNow] = useState(Date.now);
  const left = time === null ? 0 : Math.max(0, Math.ceil((new Date(time).getTime() - now) / 1000));
  const running = left > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another end needs the present time at once
  useEffect(() => setNow(Date.now()), [time]);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return left;
}

function inClockForm(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
