import BarChartRounded from '@mui/icons-material/BarChartRounded';
import DnsOutlined from '@mui/icons-material/DnsOutlined';
import FactCheckOutlined from '@mui/icons-material/FactCheckOutlined';
import HubOutlined from '@mui/icons-material/HubOutlined';
import KeyOutlined from '@mui/icons-material/KeyOutlined';
import NotificationsNoneRounded from '@mui/icons-material/NotificationsNoneRounded';
import Box from '@mui/material/Box';
import { NavLink } from 'react-router';
import { useSignedInSession } from '../auth/auth-context.tsx';

const places = [
  { to: '/instances', label: 'Instances', Icon: DnsOutlined },
  { to: '/keys', label: 'Smartlead keys', Icon: KeyOutlined },
  { to: '/usage', label: 'Usage', Icon: BarChartRounded },
  { to: '/alerts', label: 'Alerts', Icon: NotificationsNoneRounded },
  { to: '/audit', label: 'Audit log', Icon: FactCheckOutlined },
];

const operatorPlaces = [{ to: '/installation', label: 'Installation', Icon: HubOutlined }];

/** The places of the dashboard; operators have one more. */
export function Navigation() {
  const { user } = useSignedInSession();
  return (
    <Box component="nav" aria-label="Main">
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.25 }}>
        {[...places, ...(user.operator ? operatorPlaces : [])].map(({ to, label, Icon }) => (
          <li key={to}>
            <Box
              component={NavLink}
              to={to}
              sx={{
                display: 'flex',
                alignItems: 'center',
                gap: 1.25,
                px: 1.25,
                py: 0.9,
                borderRadius: 1,
                fontSize: '0.875rem',
                fontWeight: 500,
                color: 'text.secondary',
                textDecoration: 'none',
                '&:hover': { backgroundColor: 'surface.sunken', color: 'text.primary' },
                '&.active': { backgroundColor: 'tone.accent.ground', color: 'tone.accent.text', fontWeight: 600 },
              }}
            >
              <Icon sx={{ fontSize: 19 }} aria-hidden />
              {label}
            </Box>
          </li>
        ))}
      </Box>
    </Box>
  );
}
