import Box from '@mui/material/Box';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { type Connection, tokenPlaceholder } from '../../../api/contract.ts';
import { CodeSnippet } from '../../../components/code-snippet.tsx';

const languages = { json: 'JSON', bash: 'Shell', text: 'Settings' };

interface ConnectionSettingsProps {
  connection: Connection;
  token: string | undefined;
  titled: boolean;
}

/** How one client is connected: steps and a snippet. */
export function ConnectionSettings({ connection, token, titled }: ConnectionSettingsProps) {
  const filledIn = (text: string) => (token === undefined ? text : text.replaceAll(tokenPlaceholder, token));
  // Once the token is filled in, the first step (create one and put it in) is done.
  const steps = connection.steps
    .filter((step, index) => token === undefined || index > 0 || !step.includes(tokenPlaceholder))
    .map(filledIn);
  return (
    <Stack spacing={1.5}>
      {titled && <Typography variant="h3">{connection.title}</Typography>}
      {steps.length > 0 && (
        <Box component="ol" sx={{ m: 0, pl: 2.5, display: 'grid', gap: 0.5, fontSize: '0.875rem' }}>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </Box>
      )}
      <CodeSnippet
        code={filledIn(connection.snippet)}
        title={`${connection.title} settings`}
        language={languages[connection.language]}
      />
    </Stack>
  );
}
