import VisibilityOffOutlined from '@mui/icons-material/VisibilityOffOutlined';
import VisibilityOutlined from '@mui/icons-material/VisibilityOutlined';
import IconButton from '@mui/material/IconButton';
import InputAdornment from '@mui/material/InputAdornment';
import { useState } from 'react';
import { LabelledField, type LabelledFieldProps } from './labelled-field.tsx';

/** A field for something secret: hidden, with a button that reveals it. */
export function SecretField({ revealLabel, ...field }: LabelledFieldProps & { revealLabel: string }) {
  const [revealed, setRevealed] = useState(false);
  return (
    <LabelledField
      {...field}
      type={revealed ? 'text' : 'password'}
      inputProps={{ spellCheck: false, autoCapitalize: 'none', autoCorrect: 'off' }}
      endAdornment={
        <InputAdornment position="end">
          <IconButton
            aria-label={revealLabel}
            aria-pressed={revealed}
            onClick={() => setRevealed(!revealed)}
            edge="end"
            size="small"
          >
            {revealed ? <VisibilityOffOutlined fontSize="small" /> : <VisibilityOutlined fontSize="small" />}
          </IconButton>
        </InputAdornment>
      }
    />
  );
}
