import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { CodeSnippet } from '../../components/code-snippet.tsx';
import { SecretNotice } from '../../components/secret-notice.tsx';
import { verificationSnippet } from './verification-snippet.ts';

/** A webhook's secret, the one time it is shown, and how a receiver checks with it. */
export function WebhookSecret({ secret }: { secret: string }) {
  return (
    <Stack spacing={2}>
      <SecretNotice
        title="Your webhook’s secret, shown only this once"
        text="With it your receiver knows that an alert comes from here and is not old. Keep it like a password."
        secret={secret}
        what="the secret"
        testId="webhook-secret"
      />
      <Typography variant="body2" color="textSecondary">
        In your receiver, over the body as it arrived, before it is parsed:
      </Typography>
      <CodeSnippet title="Verification in Node.js" language="Node.js" code={verificationSnippet} />
    </Stack>
  );
}
