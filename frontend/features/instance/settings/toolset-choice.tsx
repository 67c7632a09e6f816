import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import { type Toolset, toolsets } from '../../../api/contract.ts';

const titles: Record<Toolset, string> = {
  campaigns: 'Campaigns',
  leads: 'Leads',
  inbox: 'Inbox',
  mailboxes: 'Mailboxes',
  analytics: 'Analytics',
  deliverability: 'Deliverability',
  prospecting: 'Prospecting',
  senders: 'Senders',
  agency: 'Agency',
  webhooks: 'Webhooks',
};

interface ToolsetChoiceProps {
  chosen: readonly Toolset[];
  onChange: (chosen: readonly Toolset[]) => void;
}

/** Which groups of tools the instance offers. */
export function ToolsetChoice({ chosen, onChange }: ToolsetChoiceProps) {
  return (
    <Box component="fieldset" sx={{ border: 0, m: 0, p: 0, minWidth: 0 }}>
      <FormLabel component="legend" sx={{ mb: 0.5 }}>
        Tools
      </FormLabel>
      <Box sx={{ display: 'grid', gridTemplateColumns: { xs: 'repeat(2, minmax(0, 1fr))', sm: 'repeat(3, minmax(0, 1fr))' } }}>
        {toolsets.map((toolset) => (
          <FormControlLabel
            key={toolset}
            label={titles[toolset]}
            control={
              <Checkbox
                size="small"
                checked={chosen.includes(toolset)}
                onChange={(event) =>
                  onChange(toolsets.filter((each) => (each === toolset ? event.target.checked : chosen.includes(each))))
                }
              />
            }
            sx={{ mr: 0, '& .MuiFormControlLabel-label': { fontSize: '0.875rem' } }}
          />
        ))}
      </Box>
      <FormHelperText error={chosen.length === 0}>
        {chosen.length === 0
          ? 'Choose at least one group.'
          : 'Models choose better among fewer tools: leave out what this instance is not for.'}
      </FormHelperText>
    </Box>
  );
}
