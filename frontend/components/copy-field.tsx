import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { type FocusEvent, useId } from 'react';
import { monospace } from '../app/palette.ts';
import { CopyButton } from './copy-button.tsx';

/** A value to take elsewhere, such as a URL, with its copy button. */
export function CopyField({ label, value, what }: { label: string; value: string; what: string }) {
  const id = useId();
  return (
    <Box sx={{ minWidth: 0 }}>
      <Typography variant="caption" id={id} component="div" sx={{ fontWeight: 550, mb: 0.5 }}>
        {label}
      </Typography>
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          pl: 1.5,
          pr: 0.5,
          py: 0.5,
          border: 1,
          borderColor: 'line.soft',
          borderRadius: 1,
          backgroundColor: 'surface.code',
        }}
      >
        <Box
          component="input"
          readOnly
          value={value}
          aria-labelledby={id}
          onFocus={(event: FocusEvent<HTMLInputElement>) => event.currentTarget.select()}
          sx={{
            flex: 1,
            minWidth: 0,
            border: 0,
            p: 0,
            color: 'inherit',
            background: 'none',
            fontFamily: monospace,
            fontSize: '0.8125rem',
            textOverflow: 'ellipsis',
            borderRadius: 0.75,
          }}
        />
        <CopyButton text={value} what={what} variant="text" />
      </Box>
    </Box>
  );
}
