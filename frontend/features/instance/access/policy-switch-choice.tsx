import Box from '@mui/material/Box';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import { type Policy, type PolicySwitch, policySwitches } from '../../../api/contract.ts';
import { visuallyHidden } from '../../../components/visually-hidden.ts';
import { switchWords } from './access-words.ts';

interface PolicySwitchChoiceProps {
  policy: Policy;
  allow: readonly PolicySwitch[];
  onChange: (allow: PolicySwitch[]) => void;
  /** Under a title that says the same, where the label would repeat it; it is still read out. */
  compact?: boolean;
}

/** What the instance may do beyond its policy: four switches, each with what it lets happen. */
export function PolicySwitchChoice({ policy, allow, onChange, compact = false }: PolicySwitchChoiceProps) {
  return (
    <Box component="fieldset" sx={{ border: 0, m: 0, p: 0, minWidth: 0 }}>
      <FormLabel component="legend" sx={compact ? visuallyHidden : { mb: 0.25 }}>
        Risky actions
      </FormLabel>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }}>
        Off at first under every policy. Where a switch is on, each call that sends, deletes or spends still has to be confirmed:
        by a question in the client, or by a second call that repeats what will happen.
      </Typography>
      <Box sx={{ display: 'grid', gap: 1 }}>
        {policySwitches.map((name) => (
          <SwitchRow
            key={name}
            name={name}
            on={allow.includes(name)}
            onChange={(on) => onChange(policySwitches.filter((each) => (each === name ? on : allow.includes(each))))}
          />
        ))}
      </Box>
      {policy === 'read-only' && allow.some((name) => name !== 'secrets') && (
        <FormHelperText role="status">
          Under “Read only” nothing is sent, deleted or spent, whatever is on here. Choose “Standard” or “Full” for that.
        </FormHelperText>
      )}
    </Box>
  );
}

function SwitchRow({ name, on, onChange }: { name: PolicySwitch; on: boolean; onChange: (on: boolean) => void }) {
  const id = useId();
  const { title, text } = switchWords[name];
  return (
    <Box
      component="label"
      sx={{
        display: 'flex',
        alignItems: 'flex-start',
        gap: 1.5,
        p: 1.5,
        border: 1,
        borderColor: on ? 'tone.caution.mark' : 'line.soft',
        borderRadius: 1,
        cursor: 'pointer',
        backgroundColor: on ? 'tone.caution.ground' : 'transparent',
        '&:hover': { borderColor: on ? 'tone.caution.mark' : 'line.strong' },
      }}
    >
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="body2" component="div" id={`${id}-title`} sx={{ fontWeight: 600 }}>
          {title}
        </Typography>
        <Typography variant="caption" component="div" id={`${id}-text`} color={on ? 'textPrimary' : 'textSecondary'}>
          {text}
        </Typography>
      </Box>
      <Switch
        size="small"
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
        slotProps={{ input: { 'aria-labelledby': `${id}-title`, 'aria-describedby': `${id}-text` } }}
        sx={{ flexShrink: 0 }}
      />
    </Box>
  );
}
