import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { useId, useState } from 'react';
import { fieldMessage } from '../../api/problem.ts';
import { monospace } from '../../app/palette.ts';
import type { SecondFactorSetup } from '../../auth/account-self-service.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Form } from '../../components/form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { CodeField, codeFault } from '../sign-in/code-field.tsx';
import { useSelfService } from '../sign-in/use-self-service.ts';
import { secondFactorKey } from './second-factor.ts';

/** Gives the secret to an authenticator app, and has the app prove with one code that it has it. */
export function TurnOnDialog({ onClose }: { onClose: () => void }) {
  const selfService = useSelfService();
  const queries = useQueryClient();
  const titleId = useId();
  const formId = useId();
  const [code, setCode] = useState('');
  const [fault, setFault] = useState<string>();
  // Each asking makes another secret, so it is asked once for this dialog.
  const setup = useQuery({
    queryKey: ['account', 'second-factor-setup', titleId],
    queryFn: () => selfService.beginSecondFactor(),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const turnOn = useMutation({
    mutationFn: () => selfService.turnOnSecondFactor(code),
    onSuccess: () => {
      queries.setQueryData(secondFactorKey, true);
      onClose();
    },
    gcTime: 0,
  });

  function submit() {
    const found = codeFault(code);
    setFault(found);
    turnOn.reset();
    if (found === undefined) turnOn.mutate();
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="xs" fullWidth>
      <DialogTitle id={titleId}>Turn on two-step sign-in</DialogTitle>
      <DialogContent>
        <ProblemAlert error={setup.error} onRetry={setup.refetch} />
        <Form onSubmit={submit} id={formId}>
          <SecretForApp setup={setup.data} />
          <ProblemAlert error={turnOn.error} shownFields={['code']} />
          <CodeField
            label="Code that the app shows"
            value={code}
            onChange={setCode}
            error={fault ?? fieldMessage(turnOn.error, 'code')}
          />
        </Form>
      </DialogContent>
      <DialogActions>
        <Button color="inherit" onClick={onClose}>
          Cancel
        </Button>
        <BusyButton type="submit" form={formId} variant="contained" busy={turnOn.isPending || setup.data === undefined}>
          Turn on
        </BusyButton>
      </DialogActions>
    </Dialog>
  );
}

function SecretForApp({ setup }: { setup: SecondFactorSetup | undefined }) {
  return (
    <Stack spacing={2}>
      <Typography variant="body2" color="textSecondary">
        Scan this with your authenticator app, or type the secret into it.
      </Typography>
      {setup === undefined ? (
        <Skeleton variant="rounded" width={196} height={196} sx={{ alignSelf: 'center' }} />
      ) : (
        <Box
          sx={{ alignSelf: 'center', lineHeight: 0, borderRadius: 1, overflow: 'hidden', border: 1, borderColor: 'line.soft' }}
        >
          <QRCodeSVG value={setup.uri} size={196} marginSize={3} title="QR code with the secret for your authenticator app" />
        </Box>
      )}
      <Box
        sx={{
          display: 'flex',
          alignItems: 'center',
          gap: 1,
          pl: 1.5,
          pr: 0.5,
          py: 0.5,
          borderRadius: 1,
          backgroundColor: 'surface.code',
        }}
      >
        <Box
          component="code"
          data-testid="second-factor-secret"
          sx={{ flex: 1, minWidth: 0, fontFamily: monospace, fontSize: '0.8125rem', overflowWrap: 'anywhere' }}
        >
          {inGroups(setup?.secret ?? '')}
        </Box>
        <CopyButton text={setup?.secret ?? ''} what="the secret" variant="text" />
      </Box>
    </Stack>
  );
}

/** As it is read and typed: four letters at a time. Apps take the spaces, too. */
function inGroups(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, '$& ');
}
