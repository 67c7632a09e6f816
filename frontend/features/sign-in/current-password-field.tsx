import { SecretField } from '../../components/secret-field.tsx';

interface CurrentPasswordFieldProps {
  label?: string;
  value: string;
  onChange: (password: string) => void;
  error: string | undefined;
  autoFocus?: boolean;
}

/** The password that somebody has already. */
export function CurrentPasswordField({ label = 'Password', onChange, ...field }: CurrentPasswordFieldProps) {
  return (
    <SecretField
      label={label}
      revealLabel={`Show ${label.toLowerCase()}`}
      autoComplete="current-password"
      onChange={(event) => onChange(event.target.value)}
      {...field}
    />
  );
}
