import Box from '@mui/material/Box';
import FormLabel from '@mui/material/FormLabel';
import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import Typography from '@mui/material/Typography';
import { type ReactNode, useId } from 'react';

interface ChoiceCardsProps<Value extends string> {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  choices: readonly { value: Value; title: ReactNode; text: ReactNode }[];
  /** How many stand beside each other where there is room. */
  columns?: 1 | 2;
}

/** A choice that needs explaining: radio buttons with a title and a line of text each. */
export function ChoiceCards<Value extends string>({ label, value, onChange, choices, columns = 1 }: ChoiceCardsProps<Value>) {
  const id = useId();
  return (
    <div>
      <FormLabel id={id} component="div" sx={{ mb: 0.75 }}>
        {label}
      </FormLabel>
      <RadioGroup
        aria-labelledby={id}
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
        sx={{ display: 'grid', gap: 1, gridTemplateColumns: { xs: 'minmax(0, 1fr)', sm: `repeat(${columns}, minmax(0, 1fr))` } }}
      >
        {choices.map((choice) => (
          <Box
            component="label"
            key={choice.value}
            sx={{
              display: 'flex',
              gap: 1.25,
              alignItems: 'flex-start',
              p: 1.5,
              border: 1,
              borderColor: choice.value === value ? 'primary.main' : 'line.soft',
              borderRadius: 1,
              cursor: 'pointer',
              backgroundColor: choice.value === value ? 'tone.accent.ground' : 'transparent',
              '&:hover': { borderColor: choice.value === value ? 'primary.main' : 'line.strong' },
              '&:has(:focus-visible)': { outline: '2px solid', outlineColor: 'primary.main', outlineOffset: '2px' },
            }}
          >
            <Radio value={choice.value} size="small" sx={{ p: 0, mt: '1px' }} />
            <div>
              <Typography variant="body2" component="div" sx={{ fontWeight: 600 }}>
                {choice.title}
              </Typography>
              <Typography variant="caption" component="div" color="textSecondary">
                {choice.text}
              </Typography>
            </div>
          </Box>
        ))}
      </RadioGroup>
    </div>
  );
}
