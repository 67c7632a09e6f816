import AccountCircleOutlined from '@mui/icons-material/AccountCircleOutlined';
import LogoutRounded from '@mui/icons-material/LogoutRounded';
import UnfoldMoreRounded from '@mui/icons-material/UnfoldMoreRounded';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Divider from '@mui/material/Divider';
import ListItemIcon from '@mui/material/ListItemIcon';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Snackbar from '@mui/material/Snackbar';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import { Link } from 'react-router';
import { asProblem } from '../api/problem.ts';
import { useAuthClient, useSignedInSession } from '../auth/auth-context.tsx';
import { ThemeChoice } from './theme-choice.tsx';

/** Who is signed in, the colour scheme, and the way out. */
export function AccountMenu() {
  const { user, workspace } = useSignedInSession();
  const auth = useAuthClient();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [failure, setFailure] = useState<string>();
  const menuId = useId();
  const name = user.name ?? user.email;

  async function signOut() {
    setAnchor(null);
    try {
      await auth.signOut();
    } catch (error) {
      setFailure(`You are still signed in. ${asProblem(error).message}`);
    }
  }

  return (
    <>
      <ButtonBase
        onClick={(event) => setAnchor(event.currentTarget)}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-controls={anchor === null ? undefined : menuId}
        sx={{
          width: '100%',
          justifyContent: 'flex-start',
          textAlign: 'left',
          gap: 1.25,
          p: 1,
          borderRadius: 1,
          '&:hover': { backgroundColor: 'surface.sunken' },
        }}
      >
        <Box
          aria-hidden
          sx={{
            width: 30,
            height: 30,
            borderRadius: '50%',
            display: 'grid',
            placeItems: 'center',
            flexShrink: 0,
            fontSize: '0.8125rem',
            fontWeight: 650,
            backgroundColor: 'tone.accent.ground',
            color: 'tone.accent.text',
          }}
        >
          {name.charAt(0).toUpperCase()}
        </Box>
        <Box sx={{ minWidth: 0, flex: 1 }}>
          <Typography variant="body2" component="span" noWrap sx={{ display: 'block', fontWeight: 550, lineHeight: 1.3 }}>
            {name}
          </Typography>
          <Typography component="span" noWrap color="textSecondary" sx={{ display: 'block', fontSize: '0.75rem' }}>
            {workspace.name}
          </Typography>
        </Box>
        <UnfoldMoreRounded sx={{ fontSize: 18, color: 'text.secondary' }} aria-hidden />
      </ButtonBase>
      <Menu
        id={menuId}
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: 'top', horizontal: 'left' }}
        transformOrigin={{ vertical: 'bottom', horizontal: 'left' }}
        slotProps={{ paper: { sx: { width: 236, mt: -1 } }, list: { 'aria-label': 'Account' } }}
      >
        <Box component="li" role="none" sx={{ px: 2, pt: 0.5, pb: 1 }}>
          <Typography variant="body2" noWrap sx={{ fontWeight: 550 }}>
            {name}
          </Typography>
          <Typography variant="caption" color="textSecondary" noWrap component="div">
            {user.email}
          </Typography>
        </Box>
        <Divider component="li" role="separator" />
        <ThemeChoice />
        <Divider component="li" role="separator" />
        {auth.selfService !== null && (
          <MenuItem component={Link} to="/account" onClick={() => setAnchor(null)}>
            <ListItemIcon>
              <AccountCircleOutlined fontSize="small" />
            </ListItemIcon>
            Account and security
          </MenuItem>
        )}
        <MenuItem onClick={signOut}>
          <ListItemIcon>
            <LogoutRounded fontSize="small" />
          </ListItemIcon>
          Sign out
        </MenuItem>
      </Menu>
      <Snackbar open={failure !== undefined} autoHideDuration={8000} onClose={() => setFailure(undefined)}>
        <Alert severity="error" onClose={() => setFailure(undefined)}>
          {failure}
        </Alert>
      </Snackbar>
    </>
  );
}
