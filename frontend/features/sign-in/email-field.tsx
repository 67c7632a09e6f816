import { LabelledField } from '../../components/labelled-field.tsx';

interface EmailFieldProps {
  value: string;
  onChange: (email: string) => void;
  error: string | undefined;
}

/** The e-mail address by which somebody is known here. */
export function EmailField({ value, onChange, error }: EmailFieldProps) {
  return (
    <LabelledField
      label="E-mail"
      type="email"
      autoComplete="username"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
    />
  );
}

/** What is wrong with the address; whether anybody reads mail there is found out by mail alone. */
export function emailFault(email: string): string | undefined {
  return email.includes('@') ? undefined : 'Enter your e-mail address.';
}
