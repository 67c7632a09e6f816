import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import { Link as RouterLink } from 'react-router';
import type { Instance, SmartleadKey } from '../../api/contract.ts';
import { useDeleteKey } from '../../api/keys.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';

interface DeleteKeyDialogProps {
  smartleadKey: SmartleadKey;
  users: readonly Instance[];
  onClose: () => void;
}

/** Deletes a key, or says which instances stand in the way. */
export function DeleteKeyDialog({ smartleadKey, users, onClose }: DeleteKeyDialogProps) {
  const remove = useDeleteKey(smartleadKey.id);
  const titleId = useId();

  if (users.length === 0) {
    return (
      <ConfirmDialog
        open
        title={`Delete “${smartleadKey.label}”?`}
        confirmLabel="Delete key"
        busy={remove.isPending}
        error={remove.error}
        onClose={onClose}
        onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
      >
        The key that ends in {smartleadKey.last4} is forgotten here. At Smartlead it stays valid; remove it there as well if
        nobody needs it.
      </ConfirmDialog>
    );
  }
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} maxWidth="xs" fullWidth>
      <DialogTitle id={titleId}>“{smartleadKey.label}” is still in use</DialogTitle>
      <DialogContent>
        <Typography variant="body2" color="textSecondary">
          These instances act with this key. Give them another key in their settings, or delete them, and then delete the key:
        </Typography>
        <Box component="ul" sx={{ mt: 1, mb: 0, pl: 2.5, fontSize: '0.875rem' }}>
          {users.map((user) => (
            <li key={user.id}>
              <Link component={RouterLink} to={`/instances/${user.id}/settings`}>
                {user.name}
              </Link>
            </li>
          ))}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button variant="outlined" color="inherit" onClick={onClose} autoFocus>
          Close
        </Button>
      </DialogActions>
    </Dialog>
  );
}
