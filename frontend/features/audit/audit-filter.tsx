import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import OutlinedInput from '@mui/material/OutlinedInput';
import { type FormEvent, useState } from 'react';

interface Filter {
  action: string;
  target: string;
}

/** Action and target, asked for together once both are typed. */
export function AuditFilter({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const [action, setAction] = useState(filter.action);
  const [target, setTarget] = useState(filter.target);

  function submit(event: FormEvent) {
    event.preventDefault();
    onChange({ action: action.trim(), target: target.trim() });
  }

  return (
    <Box
      component="form"
      role="search"
      aria-label="Filter the audit log"
      onSubmit={submit}
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, width: { xs: '100%', sm: 'auto' } }}
    >
      <OutlinedInput
        placeholder="Action, such as instance.create"
        value={action}
        onChange={(event) => setAction(event.target.value)}
        slotProps={{ input: { 'aria-label': 'Action' } }}
        sx={{ flex: { xs: '1 1 100%', sm: '0 0 250px' } }}
      />
      <OutlinedInput
        placeholder="Target, such as ins_…"
        value={target}
        onChange={(event) => setTarget(event.target.value)}
        slotProps={{ input: { 'aria-label': 'Target' } }}
        sx={{ flex: { xs: '1 1 0', sm: '0 0 190px' }, minWidth: 0 }}
      />
      <Button type="submit" variant="outlined" color="inherit">
        Filter
      </Button>
      {(filter.action !== '' || filter.target !== '') && (
        <Button
          color="inherit"
          onClick={() => {
            setAction('');
            setTarget('');
            onChange({ action: '', target: '' });
          }}
        >
          Clear
        </Button>
      )}
    </Box>
  );
}
