import CheckRounded from '@mui/icons-material/CheckRounded';
import ContrastRounded from '@mui/icons-material/ContrastRounded';
import DarkModeOutlined from '@mui/icons-material/DarkModeOutlined';
import LightModeOutlined from '@mui/icons-material/LightModeOutlined';
import ListItemIcon from '@mui/material/ListItemIcon';
import MenuItem from '@mui/material/MenuItem';
import { useColorScheme } from '@mui/material/styles';

const choices = [
  { mode: 'light', label: 'Light', Icon: LightModeOutlined },
  { mode: 'dark', label: 'Dark', Icon: DarkModeOutlined },
  { mode: 'system', label: 'Same as the system', Icon: ContrastRounded },
] as const;

/** Menu items that choose the colour scheme; the choice is kept in this browser. */
export function ThemeChoice() {
  const { mode, setMode } = useColorScheme();
  return choices.map(({ mode: choice, label, Icon }) => (
    <MenuItem key={choice} role="menuitemradio" aria-checked={mode === choice} onClick={() => setMode(choice)}>
      <ListItemIcon>
        <Icon fontSize="small" />
      </ListItemIcon>
      {label}
      {mode === choice && <CheckRounded sx={{ ml: 'auto', fontSize: 18, color: 'primary.main' }} aria-hidden />}
    </MenuItem>
  ));
}
