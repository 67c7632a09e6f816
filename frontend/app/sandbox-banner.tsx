import ScienceOutlined from '@mui/icons-material/ScienceOutlined';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useInstallation } from '../api/installation.ts';

/** Above every page of a sandbox, so that nobody takes its data for real. */
export function SandboxBanner() {
  const { data: installation } = useInstallation();
  if (installation?.sandbox !== true) return null;
  return (
    <Box
      component="aside"
      aria-label="Sandbox"
      sx={{
        display: 'flex',
        alignItems: 'center',
        justifyContent: 'center',
        gap: 1,
        px: 2,
        py: 0.75,
        backgroundColor: 'tone.caution.ground',
        color: 'tone.caution.text',
      }}
    >
      <ScienceOutlined sx={{ fontSize: 18 }} aria-hidden />
      <Typography variant="caption">
        <strong>Sandbox.</strong> This is a simulated Smartlead; nothing reaches real people. Keys start with <code>demo-</code>.
      </Typography>
    </Box>
  );
}
