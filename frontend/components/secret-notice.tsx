import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { monospace } from '../app/palette.ts';
import { CopyButton } from './copy-button.tsx';

interface SecretNoticeProps {
  title: string;
  text: string;
  secret: string;
  /** What is copied, such as `the token`. */
  what: string;
  testId: string;
}

/** A secret, the one time it is shown. */
export function SecretNotice({ title, text, secret, what, testId }: SecretNoticeProps) {
  return (
    <Box sx={{ p: 2, borderRadius: 1, backgroundColor: 'tone.accent.ground' }}>
      <Typography variant="body2" sx={{ fontWeight: 600, color: 'tone.accent.text' }}>
        {title}
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1.25 }}>
        {text}
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
          data-testid={testId}
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
          {secret}
        </Box>
        <CopyButton text={secret} what={what} variant="contained" />
      </Box>
    </Box>
  );
}
