import SearchRounded from '@mui/icons-material/SearchRounded';
import Box from '@mui/material/Box';
import InputAdornment from '@mui/material/InputAdornment';
import OutlinedInput from '@mui/material/OutlinedInput';
import { useEffect, useState } from 'react';
import type { LogFilter } from '../../../api/logs.ts';
import { LabelledSelect } from '../../../components/labelled-select.tsx';

const levels = [
  { value: '', label: 'All levels' },
  { value: 'error', label: 'Errors' },
  { value: 'warn', label: 'Warnings' },
  { value: 'info', label: 'Info' },
  { value: 'debug', label: 'Debug' },
];

const typingPauseMilliseconds = 300;

interface LogFilterBarProps {
  filter: LogFilter;
  onChange: (filter: LogFilter) => void;
}

/** Level, tool and words. Typing is let to settle before the service is asked. */
export function LogFilterBar({ filter, onChange }: LogFilterBarProps) {
  return (
    <Box
      role="search"
      aria-label="Filter the log"
      sx={{
        display: 'grid',
        gap: 1,
        gridTemplateColumns: { xs: 'minmax(0, 1fr) minmax(0, 1fr)', sm: '150px 200px minmax(0, 1fr)' },
        p: 1.5,
        borderBottom: 1,
        borderColor: 'line.soft',
      }}
    >
      <LabelledSelect
        compact
        label="Level"
        value={filter.level}
        options={levels}
        onChange={(level) => onChange({ ...filter, level })}
      />
      <SettledInput label="Tool" placeholder="Tool name" value={filter.tool} onChange={(tool) => onChange({ ...filter, tool })} />
      <Box sx={{ gridColumn: { xs: '1 / -1', sm: 'auto' } }}>
        <SettledInput
          label="Search"
          placeholder="Search messages"
          search
          value={filter.search}
          onChange={(search) => onChange({ ...filter, search })}
        />
      </Box>
    </Box>
  );
}

interface SettledInputProps {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  search?: boolean;
}

function SettledInput({ label, placeholder, value, onChange, search = false }: SettledInputProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), typingPauseMilliseconds);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <OutlinedInput
      fullWidth
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
