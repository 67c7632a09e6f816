import Box from '@mui/material/Box';
import { useState } from 'react';
import type { LogFilter } from '../../../api/logs.ts';
import { LabelledSelect } from '../../../components/labelled-select.tsx';
import { SettledInput } from '../../../components/settled-input.tsx';
import { outcomeChoices } from '../call-outcomes.ts';
import { isoOfLocal, limitsOf, localOfIso, type TimeChoice, timeChoices } from './log-filter.ts';

const levels = [
  { value: '', label: 'All levels' },
  { value: 'error', label: 'Errors' },
  { value: 'warn', label: 'Warnings' },
  { value: 'info', label: 'Info' },
  { value: 'debug', label: 'Debug' },
];

const outcomes = [{ value: '', label: 'All outcomes' }, ...outcomeChoices];

interface LogFilterBarProps {
  filter: LogFilter;
  onChange: (filter: LogFilter) => void;
}

/** What to show of the log: words, level, tool, outcome, request and time. Typing is let to settle before the service is asked. */
export function LogFilterBar({ filter, onChange }: LogFilterBarProps) {
  const [chosen, setChosen] = useState<TimeChoice>('any');
  // Cleared from outside, such as by a button that forgets the filter.
  const time = filter.from === '' && filter.to === '' && chosen !== 'between' ? 'any' : chosen;

  return (
    <Box
      role="search"
      aria-label="Filter the log"
      sx={{
        display: 'grid',
        gap: 1,
        gridTemplateColumns: { xs: 'repeat(2, minmax(0, 1fr))', sm: 'repeat(3, minmax(0, 1fr))' },
        p: 1.5,
        borderBottom: 1,
        borderColor: 'line.soft',
        '& > *': { minWidth: 0 },
      }}
    >
      <Box sx={{ gridColumn: { xs: '1 / -1', sm: 'span 2' } }}>
        <SettledInput
          label="Search"
          placeholder="Search messages"
          search
          value={filter.search}
          onChange={(search) => onChange({ ...filter, search })}
        />
      </Box>
      <Box sx={{ gridColumn: { xs: '1 / -1', sm: 'auto' }, display: 'grid' }}>
        <LabelledSelect
          compact
          label="Time"
          value={time}
          options={timeChoices}
          onChange={(choice) => {
            setChosen(choice);
            onChange({ ...filter, ...limitsOf(choice) });
          }}
        />
      </Box>
      {time === 'between' && (
        <>
          <LocalTime label="From" value={filter.from} onChange={(from) => onChange({ ...filter, from })} />
          <LocalTime label="To" value={filter.to} onChange={(to) => onChange({ ...filter, to })} />
        </>
      )}
      <LabelledSelect
        compact
        label="Level"
        value={filter.level}
        options={levels}
        onChange={(level) => onChange({ ...filter, level })}
      />
      <LabelledSelect
        compact
        label="Outcome"
        value={filter.outcome}
        options={outcomes}
        onChange={(outcome) => onChange({ ...filter, outcome })}
      />
      <SettledInput label="Tool" placeholder="Tool name" value={filter.tool} onChange={(tool) => onChange({ ...filter, tool })} />
      <SettledInput
        label="Request id"
        placeholder="Request id"
        value={filter.requestId}
        onChange={(requestId) => onChange({ ...filter, requestId })}
      />
    </Box>
  );
}

function LocalTime({ label, value, onChange }: { label: string; value: string; onChange: (iso: string) => void }) {
  return (
    <Box sx={{ gridColumn: { xs: '1 / -1', sm: 'auto' } }}>
      <SettledInput
        label={label}
        type="datetime-local"
        value={localOfIso(value)}
        onChange={(local) => onChange(isoOfLocal(local))}
      />
    </Box>
  );
}
