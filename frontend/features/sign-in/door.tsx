import Box from '@mui/material/Box';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { type ReactNode, useEffect } from 'react';
import { Brand } from '../../app/brand.tsx';
import { Welcome } from './welcome.tsx';

interface DoorProps {
  heading: string;
  text?: ReactNode;
  children: ReactNode;
  /** The other ways from here. */
  footer?: ReactNode;
}

/** The frame of every page on the way in: one thing to do, and what this is beside it. */
export function Door({ heading, text, children, footer }: DoorProps) {
  useEffect(() => {
    document.title = `${heading} · Smartlead MCP`;
  }, [heading]);

  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: { md: 'minmax(0, 1fr) minmax(0, 1fr)' }, flex: 1 }}>
      <Box
        component="main"
        sx={{
          display: 'flex',
          flexDirection: 'column',
          px: { xs: 2.5, sm: 6 },
          py: { xs: 3, sm: 5 },
          backgroundColor: 'surface.raised',
        }}
      >
        <Brand />
        <Stack spacing={3} sx={{ width: '100%', maxWidth: 380, m: 'auto', py: 5 }}>
          <Box>
            <Typography variant="h1" sx={{ fontSize: '1.75rem' }}>
              {heading}
            </Typography>
            <Typography variant="body2" color="textSecondary" component="div" sx={{ mt: 0.75, overflowWrap: 'anywhere' }}>
              {text}
            </Typography>
          </Box>
          {children}
          {footer !== undefined && (
            <Stack spacing={0.75} sx={{ color: 'text.secondary', fontSize: '0.875rem' }}>
              {footer}
            </Stack>
          )}
        </Stack>
      </Box>
      <Welcome />
    </Box>
  );
}
