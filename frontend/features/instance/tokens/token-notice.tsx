import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { monospace } from '../../../app/palette.ts';
import { CopyButton } from '../../../components/copy-button.tsx';

/** A token, the one time it is shown. */
export function TokenNotice({ token }: { token: string }) {
  return (
    <Box sx={{ p: 2, borderRadius: 1, backgroundColor: 'tone.accent.ground' }}>
      <Typography variant="body2" sx={{ fontWeight: 600, color: 'tone.accent.text' }}>
        Your instance token, shown only this once
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1.25 }}>
        Whoever holds it can use this instance. Keep it like a password; you can revoke it and make others at any time.
      </Typography>
      <Box
        sx={{
          display: 'flex',
          flexDirection: { xs: 'column', sm: 'row' },
          alignItems: { xs: 'stretch', sm: 'center' },
          gap: 1,
        }}
      >
        <Box
          component="code"
          data-testid="token"
          sx={{
            flex: 1,
            minWidth: 0,
            px: 1.5,
            py: 1,
            borderRadius: 1,
            fontFamily: monospace,
            fontSize: '0.8125rem',
            overflowWrap: 'anywhere',
            backgroundColor: 'surface.raised',
          }}
        >
          {token}
        </Box>
        <CopyButton text={token} what="the token" variant="contained" />
      </Box>
    </Box>
  );
}
