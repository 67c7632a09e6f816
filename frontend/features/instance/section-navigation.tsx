import Box from '@mui/material/Box';
import { useEffect, useRef } from 'react';
import { NavLink } from 'react-router';

const sections = [
  { name: 'connect', title: 'Connect' },
  { name: 'activity', title: 'Activity' },
  { name: 'metrics', title: 'Metrics' },
  { name: 'logs', title: 'Logs' },
  { name: 'tokens', title: 'Tokens' },
  { name: 'events', title: 'Events' },
  { name: 'settings', title: 'Settings' },
] as const;

export type SectionName = (typeof sections)[number]['name'];

export function isSection(name: string): name is SectionName {
  return sections.some((section) => section.name === name);
}

/** Links to the parts of an instance's page; each has an address of its own. */
export function SectionNavigation({ instanceId, section }: { instanceId: string; section: SectionName }) {
  const navigation = useRef<HTMLElement>(null);
  // On a phone the row is wider than the screen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link of another section has become the active one
  useEffect(() => {
    navigation.current?.querySelector('.active')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [section]);
  return (
    <Box
      component="nav"
      ref={navigation}
      aria-label="Instance"
      sx={{ borderBottom: 1, borderColor: 'line.soft', overflowX: 'auto', scrollbarWidth: 'none' }}
    >
      <Box component="ul" sx={{ listStyle: 'none', display: 'flex', gap: { xs: 1.75, sm: 2.75 }, m: 0, p: 0 }}>
        {sections.map((section) => (
          <li key={section.name}>
            <Box
              component={NavLink}
              to={section.name === 'connect' ? `/instances/${instanceId}` : `/instances/${instanceId}/${section.name}`}
              end
              preventScrollReset
              sx={{
                display: 'block',
                py: 1.25,
                fontSize: { xs: '0.8125rem', sm: '0.875rem' },
                fontWeight: 500,
                whiteSpace: 'nowrap',
                color: 'text.secondary',
                textDecoration: 'none',
                borderBottom: '2px solid transparent',
                '&:hover': { color: 'text.primary' },
                '&:focus-visible': { outlineOffset: -2 },
                '&.active': { color: 'text.primary', fontWeight: 600, borderBottomColor: 'primary.main' },
              }}
            >
              {section.title}
            </Box>
          </li>
        ))}
      </Box>
    </Box>
  );
}
