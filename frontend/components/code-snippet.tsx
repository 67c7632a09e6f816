import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { monospace } from '../app/palette.ts';
import { CopyButton } from './copy-button.tsx';

interface CodeSnippetProps {
  code: string;
  /** Such as `Claude Desktop settings`. */
  title: string;
  language: string;
}

/** Text to paste into another program, as it is, with its copy button. */
export function CodeSnippet({ code, title, language }: CodeSnippetProps) {
  return (
    <Box sx={{ border: 1, borderColor: 'line.soft', borderRadius: 1, overflow: 'hidden', backgroundColor: 'surface.code' }}>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          justifyContent: 'space-between',
          pl: 1.75,
          pr: 0.75,
          py: 0.5,
          borderBottom: 1,
          borderColor: 'line.soft',
        }}
      >
        <Typography component="span" color="textSecondary" sx={{ fontSize: '0.75rem', fontWeight: 550 }}>
          {language}
        </Typography>
        <CopyButton text={code} what={title} variant="text" />
      </Box>
      <Box
        component="pre"
        tabIndex={0}
        role="region"
        aria-label={title}
        sx={{ m: 0, p: 1.75, overflowX: 'auto', fontFamily: monospace, fontSize: '0.8125rem', lineHeight: 1.6, tabSize: 2 }}
      >
        <code>{code}</code>
      </Box>
    </Box>
  );
}
