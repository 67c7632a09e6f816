import FormControl from '@mui/material/FormControl';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import OutlinedInput, { type OutlinedInputProps } from '@mui/material/OutlinedInput';
import { type ReactNode, useId } from 'react';

export interface LabelledFieldProps extends Omit<OutlinedInputProps, 'error' | 'label' | 'id'> {
  label: string;
  help?: ReactNode;
  /** What is wrong with the value, in words. */
  error?: string | undefined;
}

/** A text field with its label above and its help or its error below; both are read out with the field. */
export function LabelledField({ label, help, error, inputProps, ...input }: LabelledFieldProps & { inputProps?: object }) {
  const id = useId();
  const described = help !== undefined || error !== undefined;
  return (
    <FormControl fullWidth error={error !== undefined} required={input.required ?? false} disabled={input.disabled ?? false}>
      <FormLabel htmlFor={id} sx={{ mb: 0.75, '& .MuiFormLabel-asterisk': { display: 'none' } }}>
        {label}
      </FormLabel>
      <OutlinedInput
        id={id}
        {...input}
        slotProps={{
          ...input.slotProps,
          input: { ...inputProps, ...(described && { 'aria-describedby': `${id}-help` }), 'aria-invalid': error !== undefined },
        }}
      />
      {described && (
        <FormHelperText id={`${id}-help`} role={error === undefined ? undefined : 'alert'}>
          {error ?? help}
        </FormHelperText>
      )}
    </FormControl>
  );
}
