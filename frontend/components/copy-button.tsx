import CheckRounded from '@mui/icons-material/CheckRounded';
import ContentCopyRounded from '@mui/icons-material/ContentCopyRounded';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';
import { copyText } from './copy-text.ts';
import { visuallyHidden } from './visually-hidden.ts';

const shownMilliseconds = 2500;

interface CopyButtonProps {
  text: string;
  /** What is copied, for people who do not see where the button stands, such as `the SSE URL`. */
  what: string;
  variant?: 'text' | 'outlined' | 'contained';
  onCopied?: () => void;
}

/** Copies a text and says so, on the button and to screen readers. */
export function CopyButton({ text, what, variant = 'outlined', onCopied }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();

  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), shownMilliseconds);
    return () => clearTimeout(timer);
  }, [outcome]);

  return (
    <>
      <Button
        size="small"
        variant={variant}
        color={variant === 'contained' ? 'primary' : 'inherit'}
        aria-label={`Copy ${what}`}
        startIcon={outcome === 'copied' ? <CheckRounded color="success" /> : <ContentCopyRounded />}
        onClick={async (event) => {
          const copied = await copyText(text, event.currentTarget);
          setOutcome(copied ? 'copied' : 'failed');
          if (copied) onCopied?.();
        }}
        sx={{ minWidth: 92, flexShrink: 0 }}
      >
        {outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Select it' : 'Copy'}
      </Button>
      {/* Stands beside the button, not at the end of the page: an open dialog hides the rest of the page from screen readers. */}
      <Box component="span" role="status" sx={visuallyHidden}>
        {outcome === 'copied' && 'Copied'}
        {outcome === 'failed' && 'The browser does not allow copying. Select the text and copy it yourself.'}
      </Box>
    </>
  );
}
