import FormControl from '@mui/material/FormControl';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import NativeSelect from '@mui/material/NativeSelect';
import OutlinedInput from '@mui/material/OutlinedInput';
import { useId } from 'react';

interface LabelledSelectProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  help?: string;
  error?: string | undefined;
  /** Beside other controls, where a label above would be in the way; it is still read out. */
  compact?: boolean;
}

/** A choice of few: the browser's own select, which works with every keyboard, screen reader and phone. */
export function LabelledSelect<Value extends string>(props: LabelledSelectProps<Value>) {
  const { label, value, options, onChange, help, error, compact = false } = props;
  const id = useId();
  const described = help !== undefined || error !== undefined;
  return (
    <FormControl fullWidth={!compact} error={error !== undefined}>
      {!compact && (
        <FormLabel htmlFor={id} sx={{ mb: 0.75 }}>
          {label}
        </FormLabel>
      )}
      <NativeSelect
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
        input={<OutlinedInput />}
        inputProps={{
          id,
          ...(compact && { 'aria-label': label }),
          ...(described && { 'aria-describedby': `${id}-help` }),
        }}
        sx={{ '& .MuiNativeSelect-select': { paddingRight: '34px !important' } }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </NativeSelect>
      {described && <FormHelperText id={`${id}-help`}>{error ?? help}</FormHelperText>}
    </FormControl>
  );
}
