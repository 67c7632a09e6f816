import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

/** Short facts side by side, each a value under its name. */
export function Facts({ facts }: { facts: readonly { name: string; value: ReactNode }[] }) {
  return (
    <Box component="dl" sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fill, minmax(140px, 1fr))', m: 0 }}>
      {facts.map(({ name, value }) => (
        <div key={name}>
          <Box component="dt" sx={{ fontSize: '0.75rem', color: 'text.secondary' }}>
            {name}
          </Box>
          <Box component="dd" sx={{ m: 0, mt: 0.25, fontSize: '0.875rem', fontWeight: 600, fontVariantNumeric: 'tabular-nums' }}>
            {value}
          </Box>
        </div>
      ))}
    </Box>
  );
}
