import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { type ReactNode, useEffect } from 'react';

interface PageHeaderProps {
  /** Heading of the page, and the title of its browser tab. */
  title: string;
  /** Above the heading, such as the way back. */
  above?: ReactNode;
  /** Beside the heading, such as a status. */
  beside?: ReactNode;
  text?: ReactNode;
  actions?: ReactNode;
}

/** The head of a page. */
export function PageHeader({ title, above, beside, text, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Smartlead MCP`;
  }, [title]);

  return (
    <Box sx={{ mb: 3 }}>
      {above !== undefined && <Box sx={{ mb: 1 }}>{above}</Box>}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'flex-start', justifyContent: 'space-between' }}>
        <Box sx={{ minWidth: 0 }}>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: 1.5, rowGap: 0.5 }}>
            <Typography variant="h1" sx={{ overflowWrap: 'anywhere' }}>
              {title}
            </Typography>
            {beside}
          </Box>
          {text !== undefined && (
            <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5, maxWidth: '62ch' }}>
              {text}
            </Typography>
          )}
        </Box>
        {actions !== undefined && <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>{actions}</Box>}
      </Box>
    </Box>
  );
}
