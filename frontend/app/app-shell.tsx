import CloseRounded from '@mui/icons-material/CloseRounded';
import MenuRounded from '@mui/icons-material/MenuRounded';
import Box from '@mui/material/Box';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import { useEffect, useRef, useState } from 'react';
import { Link, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { AccountMenu } from './account-menu.tsx';
import { Brand } from './brand.tsx';
import { Navigation } from './navigation.tsx';
import { SandboxBanner } from './sandbox-banner.tsx';
import { SkipLink } from './skip-link.tsx';

const sidebarWidth = 236;

/** The frame of every signed-in screen: navigation at the side, or behind a button on a phone. */
export function AppShell() {
  const [drawerOpen, setDrawerOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const section = pathname.split('/').slice(0, 3).join('/');
  const shownSection = useRef(section);

  // A new page is announced by its heading; tabs within an instance keep the focus where it is.
  useEffect(() => {
    setDrawerOpen(false);
    if (shownSection.current === section) return;
    shownSection.current = section;
    main.current?.focus({ preventScroll: true });
  }, [section]);

  const sidebar = (
    <Box sx={{ display: 'flex', flexDirection: 'column', height: '100%', p: 1.5, gap: 2 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', px: 1, pt: 1 }}>
        <HomeLink />
        <IconButton
          aria-label="Close navigation"
          onClick={() => setDrawerOpen(false)}
          sx={{ display: { md: 'none' } }}
          size="small"
        >
          <CloseRounded fontSize="small" />
        </IconButton>
      </Box>
      <Navigation />
      <Box sx={{ mt: 'auto' }}>
        <AccountMenu />
      </Box>
    </Box>
  );

  return (
    <>
      <SkipLink target="main" />
      <ScrollRestoration />
      <Box sx={{ display: 'flex', minHeight: '100dvh' }}>
        <Box
          component="header"
          sx={{
            display: { xs: 'none', md: 'block' },
            width: sidebarWidth,
            flexShrink: 0,
            position: 'sticky',
            top: 0,
            height: '100dvh',
            borderRight: 1,
            borderColor: 'line.soft',
            backgroundColor: 'surface.raised',
          }}
        >
          {sidebar}
        </Box>
        <Drawer
          open={drawerOpen}
          onClose={() => setDrawerOpen(false)}
          sx={{ display: { md: 'none' } }}
          slotProps={{ paper: { sx: { width: 280 }, 'aria-label': 'Navigation' } }}
        >
          {sidebar}
        </Drawer>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <SandboxBanner />
          <Box
            component="header"
            sx={{
              display: { xs: 'flex', md: 'none' },
              alignItems: 'center',
              justifyContent: 'space-between',
              position: 'sticky',
              top: 0,
              zIndex: 'appBar',
              px: 2,
              py: 1,
              borderBottom: 1,
              borderColor: 'line.soft',
              backgroundColor: 'surface.raised',
            }}
          >
            <HomeLink />
            <IconButton aria-label="Open navigation" aria-expanded={drawerOpen} onClick={() => setDrawerOpen(true)} edge="end">
              <MenuRounded />
            </IconButton>
          </Box>
          <Box
            component="main"
            id="main"
            ref={main}
            tabIndex={-1}
            sx={{ maxWidth: 1120, mx: 'auto', px: { xs: 2, sm: 4 }, pt: { xs: 3, sm: 4 }, pb: 10 }}
          >
            <Outlet />
          </Box>
        </Box>
      </Box>
    </>
  );
}

function HomeLink() {
  return (
    <Box component={Link} to="/instances" sx={{ color: 'text.primary', textDecoration: 'none', borderRadius: 0.75, py: 0.5 }}>
      <Brand />
    </Box>
  );
}
