import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import mark from './favicon.svg';

/** Mark and name of the product. */
export function Brand() {
  return (
    <Box sx={{ display: 'inline-flex', alignItems: 'center', gap: 1.25 }}>
      <Box component="img" src={mark} alt="" width={26} height={26} sx={{ display: 'block' }} />
      <Typography component="span" sx={{ fontWeight: 650, letterSpacing: '-0.015em', fontSize: '0.9375rem' }}>
        Smartlead MCP
      </Typography>
    </Box>
  );
}
