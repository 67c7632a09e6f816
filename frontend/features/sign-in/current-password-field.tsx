import { SecretField } from '../../components/secret-field.tsx';

interface CurrentPasswordFieldProps {
  value: string;
  onChange: (password: string) => void;
  error: string | undefined;
  autoFocus?: boolean;
}

/** The password that somebody has already. */
export function CurrentPasswordField({ onChange, ...field }: CurrentPasswordFieldProps) {
  return (
    <SecretField
      label="Password"
      revealLabel="Show password"
      autoComplete="current-password"
      onChange={(event) => onChange(event.target.value)}
      {...field}
    />
  );
}
