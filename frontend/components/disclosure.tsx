import ExpandMoreRounded from '@mui/icons-material/ExpandMoreRounded';
import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

interface DisclosureProps {
  title: string;
  /** How things stand, so that nobody has to look inside for that. */
  present: ReactNode;
  children: ReactNode;
}

/** What most do not need, tucked away under its title. The browser's own element, so keyboard and search in the page work. */
export function Disclosure({ title, present, children }: DisclosureProps) {
  return (
    <Box
      component="details"
      sx={{ border: 1, borderColor: 'line.soft', borderRadius: 1, minWidth: 0, '&[open] > summary svg': { rotate: '180deg' } }}
    >
      <Box
        component="summary"
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1.5,
          p: 1.5,
          borderRadius: 1,
          cursor: 'pointer',
          listStyle: 'none',
          '&::-webkit-details-marker': { display: 'none' },
          '&:hover': { backgroundColor: 'surface.sunken' },
          '&:focus-visible': { outline: '2px solid', outlineColor: 'primary.main', outlineOffset: '2px' },
        }}
      >
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Box component="span" sx={{ display: 'block', fontSize: '0.875rem', fontWeight: 600 }}>
            {title}
          </Box>
          <Box component="span" sx={{ display: 'block', fontSize: '0.8125rem', color: 'text.secondary' }}>
            {present}
          </Box>
        </Box>
        <ExpandMoreRounded aria-hidden sx={{ fontSize: 20, color: 'text.secondary', transition: 'rotate 120ms' }} />
      </Box>
      <Box sx={{ p: 1.5, pt: 1 }}>{children}</Box>
    </Box>
  );
}
