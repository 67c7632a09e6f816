import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ProblemAlert } from '../../components/problem-alert.tsx';

/** Mails take a moment, and the service counts how many it sends to one address. */
const pauseSeconds = 30;

interface SendAgainProps {
  send: () => Promise<void>;
  /** Whether a mail has left just now. */
  justSent: boolean;
}

/** Sends the mail with the code once more, with a pause between two. */
export function SendAgain({ send, justSent }: SendAgainProps) {
  const [seconds, setSeconds] = useState(justSent ? pauseSeconds : 0);
  const again = useMutation({ mutationFn: send, onSuccess: () => setSeconds(pauseSeconds), gcTime: 0 });
  const waiting = seconds > 0;
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => setSeconds((left) => left - 1), 1000);
    return () => clearInterval(timer);
  }, [waiting]);

  return (
    <>
      <ProblemAlert error={again.error} />
      {/* Not disabled while it waits: the keyboard's focus would be lost. */}
      <Button
        variant="text"
        color="inherit"
        aria-disabled={waiting || again.isPending}
        onClick={() => !waiting && !again.isPending && again.mutate()}
        sx={{ '&[aria-disabled="true"]': { color: 'text.secondary', cursor: 'default' }, fontVariantNumeric: 'tabular-nums' }}
      >
        {waiting ? `Send another code in ${seconds} s` : 'Send another code'}
      </Button>
      <Typography variant="caption" color="textSecondary" role="status" sx={{ '&:empty': { display: 'none' } }}>
        {again.isSuccess && 'A new code is on its way. Use the one in the newest mail.'}
      </Typography>
    </>
  );
}
