import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useInstallation } from '../../api/installation.ts';
import { monospace } from '../../app/palette.ts';

const steps = [
  { title: 'Paste your Smartlead API key', text: 'It is checked live, sealed, and never shown again.' },
  { title: 'Create an instance', text: 'A process of its own, alone with your key.' },
  { title: 'Hold a URL', text: 'n8n, Claude, Cursor and every other MCP client use it.' },
];

/** Beside the form: what this is, in three lines and one URL. Decoration on large screens only. */
export function Welcome() {
  const { data: installation } = useInstallation();
  // On AWS the URLs of instances have a host of their own, which the dashboard learns with the first of them.
  const base = installation?.scale === 'saas' ? '…' : window.location.origin;
  return (
    <Box
      component="aside"
      aria-label="What this is"
      sx={{
        display: { xs: 'none', md: 'flex' },
        flexDirection: 'column',
        justifyContent: 'center',
        gap: 5,
        px: 8,
        color: '#fff',
        background: 'radial-gradient(120% 90% at 85% 10%, #3a6bff 0%, #1d43bf 42%, #10245f 100%)',
      }}
    >
      <Typography
        component="p"
        sx={{ fontSize: '2rem', lineHeight: 1.2, fontWeight: 600, letterSpacing: '-0.022em', maxWidth: '16ch' }}
      >
        Your Smartlead account, as an MCP server.
      </Typography>
      <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 2.5, maxWidth: 420 }}>
        {steps.map((step, index) => (
          <Box component="li" key={step.title} sx={{ display: 'flex', gap: 2 }}>
            <Box
              aria-hidden
              sx={{
                width: 28,
                height: 28,
                flexShrink: 0,
                display: 'grid',
                placeItems: 'center',
                borderRadius: '50%',
                border: '1px solid rgb(255 255 255 / 0.4)',
                fontSize: '0.8125rem',
                fontWeight: 600,
              }}
            >
              {index + 1}
            </Box>
            <div>
              <Typography sx={{ fontWeight: 600 }}>{step.title}</Typography>
              <Typography variant="body2" sx={{ color: '#d5deff' }}>
                {step.text}
              </Typography>
            </div>
          </Box>
        ))}
      </Box>
      <Box
        component="code"
        sx={{
          alignSelf: 'flex-start',
          maxWidth: '100%',
          px: 2,
          py: 1.25,
          borderRadius: 1,
          fontFamily: monospace,
          fontSize: '0.8125rem',
          overflowWrap: 'anywhere',
          backgroundColor: 'rgb(6 14 44 / 0.55)',
          border: '1px solid rgb(255 255 255 / 0.16)',
        }}
      >
        {base}/i/<span style={{ opacity: 0.7 }}>your-instance</span>/mcp
      </Box>
    </Box>
  );
}
