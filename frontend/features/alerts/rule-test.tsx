import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import { useTestAlertRule } from '../../api/alerts.ts';
import type { AlertRule } from '../../api/contract.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { Deliveries } from './deliveries.tsx';

/** Sends a test by the rule and says what became of it. */
export function RuleTest({ rule }: { rule: AlertRule }) {
  const test = useTestAlertRule(rule.id);
  const titleId = useId();
  const failed = test.data?.deliveries.some(({ status }) => status === 'failed') ?? false;
  return (
    <>
      <BusyButton
        size="small"
        color="inherit"
        busy={test.isPending}
        onClick={() => test.mutate()}
        aria-label={`Test ${rule.name}`}
      >
        Test
      </BusyButton>
      <Dialog
        open={test.isSuccess || test.isError}
        onClose={() => test.reset()}
        aria-labelledby={titleId}
        maxWidth="xs"
        fullWidth
      >
        <DialogTitle id={titleId}>Test of “{rule.name}”</DialogTitle>
        <DialogContent>
          <Stack spacing={2}>
            <ProblemAlert error={test.error} />
            {test.data !== undefined && (
              <>
                <Typography variant="body2" color="textSecondary">
                  {failed ? 'Not everybody was reached.' : 'The test is marked as one, so nobody takes it for real.'}
                </Typography>
                <Deliveries deliveries={test.data.deliveries} />
              </>
            )}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button variant="outlined" color="inherit" onClick={() => test.reset()} autoFocus>
            Close
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
