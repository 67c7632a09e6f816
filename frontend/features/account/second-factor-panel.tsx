import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Panel } from '../../components/panel.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusPill } from '../../components/status-pill.tsx';
import { useSecondFactor } from './second-factor.ts';
import { TurnOffDialog } from './turn-off-dialog.tsx';
import { TurnOnDialog } from './turn-on-dialog.tsx';

/** The second factor: whether it is on, and the way to the other state. */
export function SecondFactorPanel() {
  const { data: isOn, error, refetch } = useSecondFactor();
  const [changing, setChanging] = useState(false);
  const close = () => setChanging(false);

  return (
    <Panel
      title="Two-step sign-in"
      text="Beside your password, a code from an authenticator app such as 1Password, Aegis or Google Authenticator."
      actions={isOn !== undefined && <StatusPill tone={isOn ? 'good' : 'none'}>{isOn ? 'On' : 'Off'}</StatusPill>}
    >
      {isOn === undefined && error === null && <Skeleton variant="rounded" height={38} />}
      {isOn === undefined && <ProblemAlert error={error} onRetry={refetch} />}
      {isOn !== undefined && (
        <Stack spacing={1.5} sx={{ alignItems: 'flex-start' }}>
          <Typography variant="body2" color="textSecondary">
            {isOn
              ? 'Whoever learns your password still cannot sign in without your app.'
              : 'Your password alone opens this account, and with it every Smartlead key in the workspace.'}
          </Typography>
          <Button
            variant={isOn ? 'outlined' : 'contained'}
            color={isOn ? 'inherit' : 'primary'}
            onClick={() => setChanging(true)}
          >
            {isOn ? 'Turn off' : 'Turn on'}
          </Button>
        </Stack>
      )}
      {changing && isOn === false && <TurnOnDialog onClose={close} />}
      {changing && isOn === true && <TurnOffDialog onClose={close} />}
    </Panel>
  );
}
