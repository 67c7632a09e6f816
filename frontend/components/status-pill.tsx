import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

export type ToneName = 'good' | 'caution' | 'bad' | 'accent' | 'none';

/** A short state in words with a coloured mark; the colour never says it alone. `busy` lets the mark breathe. */
export function StatusPill({ tone, busy = false, children }: { tone: ToneName; busy?: boolean; children: ReactNode }) {
  return (
    <Box
      component="span"
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: 0.75,
        px: 1,
        py: '3px',
        borderRadius: 99,
        fontSize: '0.75rem',
        lineHeight: '16px',
        fontWeight: 600,
        whiteSpace: 'nowrap',
        backgroundColor: `tone.${tone}.ground`,
        color: `tone.${tone}.text`,
      }}
    >
      <StatusMark tone={tone} busy={busy} />
      {children}
    </Box>
  );
}

/** The coloured mark alone, beside words that say the same. */
export function StatusMark({ tone, busy = false, size = 7 }: { tone: ToneName; busy?: boolean; size?: number }) {
  return (
    <Box
      component="span"
      aria-hidden
      sx={{
        display: 'inline-block',
        width: size,
        height: size,
        flexShrink: 0,
        borderRadius: '50%',
        backgroundColor: `tone.${tone}.mark`,
        ...(busy && {
          animation: 'smartlead-mcp-breathe 1.4s ease-in-out infinite',
          '@keyframes smartlead-mcp-breathe': { '0%, 100%': { opacity: 1 }, '50%': { opacity: 0.3 } },
        }),
      }}
    />
  );
}
