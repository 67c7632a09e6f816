import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useId } from 'react';
import { AddKeyForm } from './add-key-form.tsx';

export function AddKeyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const titleId = useId();
  return (
    <Dialog open={open} onClose={onClose} aria-labelledby={titleId} maxWidth="sm" fullWidth>
      <DialogTitle id={titleId}>Add a Smartlead key</DialogTitle>
      <DialogContent sx={{ pb: 3 }}>
        <AddKeyForm
          submitLabel="Check and add key"
          onAdded={onClose}
          aside={
            <Button color="inherit" onClick={onClose}>
              Cancel
            </Button>
          }
        />
      </DialogContent>
    </Dialog>
  );
}
