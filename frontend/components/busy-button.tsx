import Button, { type ButtonProps } from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import type { MouseEvent } from 'react';

interface BusyButtonProps extends ButtonProps {
  /** While true the button shows that something is under way and does nothing. */
  busy: boolean;
}

/**
 * A button for work that takes a moment. While busy it is not disabled: a disabled button loses the keyboard's focus, and with it
 * the reader's place on the page.
 */
export function BusyButton({ busy, onClick, startIcon, ...button }: BusyButtonProps) {
  return (
    <Button
      {...button}
      startIcon={busy ? <CircularProgress size={16} thickness={5} color="inherit" aria-hidden /> : startIcon}
      aria-disabled={busy}
      onClick={(event: MouseEvent<HTMLButtonElement>) => {
        // For a submit button this also stops the Enter key in a field, which presses it.
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
