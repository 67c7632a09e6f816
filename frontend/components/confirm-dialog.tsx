import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Stack from '@mui/material/Stack';
import { type ReactNode, useId } from 'react';
import { BusyButton } from './busy-button.tsx';
import { ProblemAlert } from './problem-alert.tsx';

interface ConfirmDialogProps {
  open: boolean;
  title: string;
  children: ReactNode;
  confirmLabel: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. Stays open, with the reason, where it fails. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const titleId = useId();
  return (
    <Dialog open={props.open} onClose={props.onClose} aria-labelledby={titleId} maxWidth="xs" fullWidth>
      <DialogTitle id={titleId}>{props.title}</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ color: 'text.secondary', fontSize: '0.875rem' }}>
          <div>{props.children}</div>
          <ProblemAlert error={props.error} />
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button color="inherit" onClick={props.onClose} autoFocus>
          Cancel
        </Button>
        <BusyButton variant="contained" color="error" onClick={props.onConfirm} busy={props.busy}>
          {props.confirmLabel}
        </BusyButton>
      </DialogActions>
    </Dialog>
  );
}
