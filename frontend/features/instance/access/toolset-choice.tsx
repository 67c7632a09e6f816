import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import { useId } from 'react';
import { type Tools, type Toolset, toolsets } from '../../../api/contract.ts';
import { toolsetTitles } from './access-words.ts';
import { sizeOf } from './selection-size.tsx';

interface ToolsetChoiceProps {
  chosen: readonly Toolset[];
  onChange: (chosen: readonly Toolset[]) => void;
  tools: Tools | undefined;
  error: string | undefined;
}

/** Which sets of tools the instance offers. */
export function ToolsetChoice({ chosen, onChange, tools, error }: ToolsetChoiceProps) {
  const id = useId();
  const hint = error ?? hintFor(chosen);
  return (
    <Box component="fieldset" aria-describedby={hint === undefined ? undefined : id} sx={{ border: 0, m: 0, p: 0, minWidth: 0 }}>
      <FormLabel component="legend" sx={{ mb: 0.5 }}>
        Sets
      </FormLabel>
      <Box sx={{ display: 'grid', gridTemplateColumns: { xs: 'repeat(2, minmax(0, 1fr))', sm: 'repeat(3, minmax(0, 1fr))' } }}>
        {toolsets.map((toolset) => (
          <FormControlLabel
            key={toolset}
            label={
              <>
                {toolsetTitles[toolset]}
                <Box component="span" aria-hidden sx={{ color: 'text.secondary', fontSize: '0.75rem', ml: 0.5 }}>
                  {sizeOf(tools, 'toolset', toolset)?.tools}
                </Box>
              </>
            }
            control={
              <Checkbox
                size="small"
                checked={chosen.includes(toolset)}
                onChange={(event) =>
                  onChange(toolsets.filter((each) => (each === toolset ? event.target.checked : chosen.includes(each))))
                }
                slotProps={{ input: { 'aria-invalid': error !== undefined } }}
              />
            }
            sx={{ mr: 0, '& .MuiFormControlLabel-label': { fontSize: '0.875rem' } }}
          />
        ))}
      </Box>
      {hint !== undefined && (
        <FormHelperText id={id} error={error !== undefined} role={error === undefined ? undefined : 'alert'}>
          {hint}
        </FormHelperText>
      )}
    </Box>
  );
}

/** A set and a profile have this name, and alone it is the profile. */
function hintFor(chosen: readonly Toolset[]): string | undefined {
  const alone = chosen.length === 1 && chosen[0] === 'deliverability';
  return alone ? 'Deliverability alone is the profile of that name. Add another set to get the whole set.' : undefined;
}
