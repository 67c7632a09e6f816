import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { BusyButton } from '../../components/busy-button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useSelfService } from '../sign-in/use-self-service.ts';

/** The ways out: here, or everywhere. */
export function SessionsPanel() {
  const auth = useAuthClient();
  const selfService = useSelfService();
  const [asking, setAsking] = useState(false);
  const leave = useMutation({ mutationFn: () => auth.signOut(), gcTime: 0 });
  const leaveEverywhere = useMutation({ mutationFn: () => selfService.signOutEverywhere(), gcTime: 0 });

  return (
    <Panel
      title="Sessions"
      text="A session lasts 30 days from the last sign-in. MCP clients and their tokens are not touched by this."
    >
      <Stack spacing={1.5}>
        <ProblemAlert error={leave.error} />
        <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: 'wrap' }}>
          <BusyButton variant="outlined" color="inherit" busy={leave.isPending} onClick={() => leave.mutate()}>
            Sign out
          </BusyButton>
          <Button variant="outlined" color="error" onClick={() => setAsking(true)}>
            Sign out everywhere
          </Button>
        </Stack>
      </Stack>
      <ConfirmDialog
        open={asking}
        title="Sign out everywhere?"
        confirmLabel="Sign out everywhere"
        busy={leaveEverywhere.isPending}
        error={leaveEverywhere.error}
        onConfirm={() => leaveEverywhere.mutate()}
        onClose={() => setAsking(false)}
      >
        Every browser you are signed in with has to sign in again: this one at once, the others within a quarter of an hour.
      </ConfirmDialog>
    </Panel>
  );
}
