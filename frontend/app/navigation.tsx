import BarChartRounded from '@mui/icons-material/BarChartRounded';
import DnsOutlined from '@mui/icons-material/DnsOutlined';
import FactCheckOutlined from '@mui/icons-material/FactCheckOutlined';
import KeyOutlined from '@mui/icons-material/KeyOutlined';
import Box from '@mui/material/Box';
import { NavLink } from 'react-router';

const places = [
  { to: '/instances', label: 'Instances', Icon: DnsOutlined },
  { to: '/keys', label: 'Smartlead keys', Icon: KeyOutlined },
  { to: '/usage', label: 'Usage', Icon: BarChartRounded },
  { to: '/audit', label: 'Audit log', Icon: FactCheckOutlined },
];

/** The places of the dashboard. */
export function Navigation() {
  return (
    <Box component="nav" aria-label="Main">
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.25 }}>
        {places.map(({ to, label, Icon }) => (
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
