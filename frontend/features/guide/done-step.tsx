import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import { useState } from 'react';
import { Link } from 'react-router';
import type { CreatedInstanceToken } from '../../api/contract.ts';
import { useInstance } from '../../api/instances.ts';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ConnectionGuide } from '../instance/connect/connection-guide.tsx';
import { CreateTokenDialog } from '../instance/tokens/create-token-dialog.tsx';
import { TokenNotice } from '../instance/tokens/token-notice.tsx';
import { InstanceStatusPill } from '../instances/instance-status-pill.tsx';
import { StepHeading } from './step-heading.tsx';

/** Step 3: the instance comes up while its URL, its token and the settings for every client are already there to copy. */
export function DoneStep({ instanceId, token }: { instanceId: string; token: CreatedInstanceToken | undefined }) {
  const { data: instance, error, refetch } = useInstance(instanceId);
  const [laterToken, setLaterToken] = useState<CreatedInstanceToken>();
  const [creating, setCreating] = useState(false);
  const shown = token ?? laterToken;

  return (
    <Stack spacing={3}>
      <StepHeading
        title="Connect your first client"
        text="Copy the settings for your client. The light below turns green when it connects."
      />
      <ProblemAlert error={error} onRetry={refetch} />
      {instance === undefined && error === null && <Skeleton variant="rounded" height={60} />}
      {instance !== undefined && (
        <Box role="status" sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.25, fontSize: '0.875rem' }}>
          <InstanceStatusPill status={instance.status} />
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {[instance.statusReason, instance.nextStep].filter(Boolean).join(' ')}
          </Box>
        </Box>
      )}
      {shown !== undefined ? (
        <TokenNotice token={shown.token} />
      ) : (
        <div>
          <Button variant="outlined" color="inherit" onClick={() => setCreating(true)}>
            Create a token for your client
          </Button>
        </div>
      )}
      {instance !== undefined && <ConnectionGuide instance={instance} token={shown?.token} />}
      <div>
        <Button variant="contained" component={Link} to={`/instances/${instanceId}`}>
          Go to the instance
        </Button>
      </div>
      <CreateTokenDialog open={creating} instanceId={instanceId} onClose={() => setCreating(false)} onCreated={setLaterToken} />
    </Stack>
  );
}
