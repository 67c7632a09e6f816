import { monospace } from '../../app/palette.ts';
import { LabelledField } from '../../components/labelled-field.tsx';

interface CodeFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  autoFocus?: boolean;
}

const length = 6;

/** A field for a code of six digits; takes it with spaces, too. */
export function CodeField({ label, value, onChange, error, autoFocus = false }: CodeFieldProps) {
  return (
    <LabelledField
      label={label}
      autoComplete="one-time-code"
      autoFocus={autoFocus}
      inputProps={{ inputMode: 'numeric', pattern: '[0-9]*' }}
      sx={{ fontFamily: monospace, fontSize: '1.125rem', letterSpacing: '0.2em' }}
      value={value}
      onChange={(event) => onChange(event.target.value.replace(/\D/g, '').slice(0, length))}
      error={error}
    />
  );
}

/** What is wrong with the code before it is sent. */
export function codeFault(code: string): string | undefined {
  return code.length === length ? undefined : `Enter the ${length} digits of the code.`;
}
