import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import type { Instance } from '../../../api/contract.ts';
import { Panel } from '../../../components/panel.tsx';
import { TokenNotice } from '../tokens/token-notice.tsx';
import { ConnectionGuide } from './connection-guide.tsx';

interface ConnectSectionProps {
  instance: Instance;
  /** A token made on this page a moment ago. */
  token: string | undefined;
  onCreateToken: () => void;
}

/** How clients connect to this instance. */
export function ConnectSection({ instance, token, onCreateToken }: ConnectSectionProps) {
  return (
    <Panel
      title="Connect a client"
      text={
        token === undefined
          ? 'A client needs a URL and a token. Existing tokens cannot be shown again; a new one is filled into the settings below.'
          : 'The new token is filled into the settings below until you leave this instance.'
      }
      actions={
        <Button variant="outlined" color="inherit" size="small" onClick={onCreateToken}>
          Create a token
        </Button>
      }
    >
      <Stack spacing={2.5}>
        {token !== undefined && <TokenNotice token={token} />}
        <ConnectionGuide instance={instance} token={token} />
      </Stack>
    </Panel>
  );
}
