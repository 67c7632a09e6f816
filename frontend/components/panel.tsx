import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { type ReactNode, useId } from 'react';

interface PanelProps {
  title: string;
  text?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** For tables and lists that reach the edges. */
  flush?: boolean;
}

/** A titled region of a page on its own ground. */
export function Panel({ title, text, actions, children, flush = false }: PanelProps) {
  const titleId = useId();
  return (
    <Box
      component="section"
      aria-labelledby={titleId}
      sx={{
        border: 1,
        borderColor: 'line.soft',
        borderRadius: 1.5,
        backgroundColor: 'surface.raised',
        overflow: 'hidden',
        minWidth: 0,
      }}
    >
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          justifyContent: 'space-between',
          gap: 1.5,
          px: { xs: 2, sm: 2.5 },
          pt: { xs: 2, sm: 2.25 },
          pb: flush ? 2 : 1.75,
        }}
      >
        <Box sx={{ minWidth: 0 }}>
          <Typography variant="h2" id={titleId}>
            {title}
          </Typography>
          {text !== undefined && (
            <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 0.25, maxWidth: '68ch' }}>
              {text}
            </Typography>
          )}
        </Box>
        {actions}
      </Box>
      <Box sx={flush ? { borderTop: 1, borderColor: 'line.soft' } : { px: { xs: 2, sm: 2.5 }, pb: { xs: 2, sm: 2.5 } }}>
        {children}
      </Box>
    </Box>
  );
}
