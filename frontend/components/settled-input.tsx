import SearchRounded from '@mui/icons-material/SearchRounded';
import InputAdornment from '@mui/material/InputAdornment';
import OutlinedInput from '@mui/material/OutlinedInput';
import { useEffect, useState } from 'react';

const typingPauseMilliseconds = 300;

interface SettledInputProps {
  /** Read out; the placeholder says it to the others. */
  label: string;
  placeholder?: string;
  type?: 'text' | 'datetime-local';
  value: string;
  onChange: (value: string) => void;
  search?: boolean;
}

/** A field of a filter. What is typed counts once the typing has paused. */
export function SettledInput({ label, placeholder, type = 'text', value, onChange, search = false }: SettledInputProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), typingPauseMilliseconds);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <OutlinedInput
      fullWidth
      type={type}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      slotProps={{ input: { 'aria-label': label } }}
      {...(search && {
        startAdornment: (
          <InputAdornment position="start">
            <SearchRounded sx={{ fontSize: 19 }} />
          </InputAdornment>
        ),
      })}
    />
  );
}
