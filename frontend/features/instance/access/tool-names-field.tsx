import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import FormControl from '@mui/material/FormControl';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import OutlinedInput from '@mui/material/OutlinedInput';
import { type Tools, toolsets } from '../../../api/contract.ts';
import { monospace } from '../../../app/palette.ts';
import { toolsetTitles } from './access-words.ts';

interface ToolNamesFieldProps {
  label: string;
  help: string;
  names: readonly string[];
  onChange: (names: string[]) => void;
  /** What can be chosen; nothing as long as it is not known. */
  tools: Tools | undefined;
  error: string | undefined;
}

/** A list of tools by name: found by typing, kept as chips. */
export function ToolNamesField({ label, help, names, onChange, tools, error }: ToolNamesFieldProps) {
  const setOf = new Map(tools?.tools.map((tool) => [tool.name, tool.toolset]));
  const options = tools?.tools.toSorted((one, other) => toolsets.indexOf(one.toolset) - toolsets.indexOf(other.toolset)) ?? [];
  return (
    <Autocomplete
      multiple
      disableCloseOnSelect
      filterSelectedOptions
      loading={tools === undefined}
      options={options.map(({ name }) => name)}
      value={[...names]}
      onChange={(_event, chosen) => onChange(chosen)}
      groupBy={(name) => titleOf(setOf.get(name))}
      renderGroup={({ key, group, children }) => (
        <li key={key} role="presentation">
          <Box component="span" id={`tools-${key}`} sx={groupTitle}>
            {group}
          </Box>
          {/* MUI's own group is a list in a list, which is no group of options to a screen reader. */}
          <Box component="ul" role="group" aria-labelledby={`tools-${key}`} sx={{ p: 0, m: 0 }}>
            {children}
          </Box>
        </li>
      )}
      noOptionsText="No tool has that in its name"
      slotProps={{
        listbox: { sx: { maxHeight: 280, fontFamily: monospace, fontSize: '0.8125rem' } },
        paper: { sx: { border: 1, borderColor: 'line.soft', boxShadow: '0 12px 32px -8px rgb(10 14 26 / 0.28)' } },
      }}
      renderValue={(chosen, getItemProps) =>
        chosen.map((name, index) => {
          const { key, ...item } = getItemProps({ index });
          return <Chip key={key} {...item} label={name} size="small" sx={{ fontFamily: monospace, fontSize: '0.75rem' }} />;
        })
      }
      renderInput={({ id, slotProps }) => (
        <FormControl fullWidth error={error !== undefined}>
          <FormLabel htmlFor={id} sx={{ mb: 0.75 }}>
            {label}
          </FormLabel>
          <OutlinedInput
            id={id}
            placeholder={names.length === 0 ? 'Type a part of a tool’s name' : ''}
            {...slotProps.input}
            slotProps={{
              input: { ...slotProps.htmlInput, 'aria-describedby': `${id}-help`, 'aria-invalid': error !== undefined },
            }}
          />
          <FormHelperText id={`${id}-help`}>{error ?? help}</FormHelperText>
        </FormControl>
      )}
    />
  );
}

const groupTitle = {
  display: 'block',
  px: 2,
  pt: 1.25,
  pb: 0.5,
  fontFamily: 'fontFamily',
  fontSize: '0.75rem',
  fontWeight: 600,
  color: 'text.secondary',
} as const;

function titleOf(toolset: keyof typeof toolsetTitles | undefined): string {
  return toolset === undefined ? 'Others' : toolsetTitles[toolset];
}
