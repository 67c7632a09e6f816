import { useAuthClient } from '../../auth/auth-context.tsx';
import { passwordHelp } from '../../auth/password-rules.ts';
import { SecretField } from '../../components/secret-field.tsx';

interface NewPasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  autoFocus?: boolean;
}

/** A field for a new password, with what it has to have below. */
export function NewPasswordField({ label, value, onChange, error, autoFocus = false }: NewPasswordFieldProps) {
  const { passwordRules } = useAuthClient();
  return (
    <SecretField
      label={label}
      revealLabel="Show password"
      autoComplete="new-password"
      autoFocus={autoFocus}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      help={passwordHelp(passwordRules)}
      error={error}
    />
  );
}
