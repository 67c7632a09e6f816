import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  title: string;
  text: ReactNode;
  icon?: ReactNode;
  action?: ReactNode;
  /** Inside a panel, which has a frame of its own. */
  framed?: boolean;
}

/** Says that there is nothing here, why, and what to do about it. */
export function EmptyState({ title, text, icon, action, framed = true }: EmptyStateProps) {
  return (
    <Box
      sx={{
        display: 'grid',
        justifyItems: 'center',
        textAlign: 'center',
        gap: 1,
        px: 3,
        py: framed ? 8 : 5,
        ...(framed && { border: '1px dashed', borderColor: 'line.strong', borderRadius: 1.5 }),
      }}
    >
      {icon !== undefined && (
        <Box
          aria-hidden
          sx={{
            width: 44,
            height: 44,
            mb: 1,
            display: 'grid',
            placeItems: 'center',
            borderRadius: 1.5,
            backgroundColor: 'tone.accent.ground',
            color: 'tone.accent.text',
          }}
        >
          {icon}
        </Box>
      )}
      <Typography variant="h3" component="p">
        {title}
      </Typography>
      <Typography variant="body2" color="textSecondary" sx={{ maxWidth: '52ch', textWrap: 'balance' }}>
        {text}
      </Typography>
      {action !== undefined && <Box sx={{ mt: 1.5 }}>{action}</Box>}
    </Box>
  );
}
