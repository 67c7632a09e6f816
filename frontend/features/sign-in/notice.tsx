import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

interface NoticeProps {
  tone: 'good' | 'caution';
  title: string;
  text?: string;
}

/** What happened before this page, in a sentence or two. */
export function Notice({ tone, title, text }: NoticeProps) {
  return (
    <Box role="status" sx={{ p: 2, borderRadius: 1, backgroundColor: `tone.${tone}.ground`, color: `tone.${tone}.text` }}>
      <Typography variant="body2" sx={{ fontWeight: 600 }}>
        {title}
      </Typography>
      {text !== undefined && <Typography variant="body2">{text}</Typography>}
    </Box>
  );
}
