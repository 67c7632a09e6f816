import Box from '@mui/material/Box';
import CircularProgress from '@mui/material/CircularProgress';

/** Shown while the dashboard finds out who is signed in. Appears late, so that a quick start shows no flicker. */
export function Splash() {
  return (
    <Box
      sx={{
        minHeight: '100dvh',
        display: 'grid',
        placeItems: 'center',
        animation: 'smartlead-mcp-appear 200ms 300ms both',
        '@keyframes smartlead-mcp-appear': { from: { opacity: 0 }, to: { opacity: 1 } },
      }}
    >
      <CircularProgress size={26} thickness={4.5} aria-label="Loading the dashboard" />
    </Box>
  );
}
