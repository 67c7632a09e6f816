import { useInstallation } from '../../api/installation.ts';
import { SecretField } from '../../components/secret-field.tsx';

interface ApiKeyFieldProps {
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

/** Where a Smartlead API key is pasted, with where to find one. */
export function ApiKeyField({ value, onChange, error }: ApiKeyFieldProps) {
  const { data: installation } = useInstallation();
  return (
    <SecretField
      label="Smartlead API key"
      revealLabel="Show key"
      // A password manager must neither fill in a password here nor offer to keep the key as one.
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
      help={
        installation?.sandbox ? (
          <>
            In this sandbox any key that starts with <code>demo-</code> works, such as <code>demo-acme</code>.
          </>
        ) : (
          <>
            In Smartlead: <strong>Settings → API Keys</strong>. It is checked live, stored sealed, and only its last four
            characters are shown again.
          </>
        )
      }
    />
  );
}
