import CheckRounded from '@mui/icons-material/CheckRounded';
import Box from '@mui/material/Box';
import { visuallyHidden } from '../../components/visually-hidden.ts';

/** Where in the guide the reader is. */
export function GuideProgress({ steps, current }: { steps: readonly string[]; current: number }) {
  return (
    <Box
      component="ol"
      aria-label="Steps"
      sx={{ listStyle: 'none', display: 'flex', alignItems: 'center', gap: { xs: 1, sm: 1.5 }, m: 0, mb: 2.5, p: 0 }}
    >
      {steps.map((step, index) => (
        <Box
          component="li"
          key={step}
          aria-current={index === current ? 'step' : undefined}
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1,
            fontSize: '0.8125rem',
            fontWeight: index === current ? 600 : 500,
            color: index === current ? 'text.primary' : 'text.secondary',
            ...(index > 0 && {
              '&::before': {
                content: '""',
                width: { xs: 12, sm: 36 },
                height: '1px',
                backgroundColor: 'line.strong',
                mr: { xs: 0, sm: 0.5 },
              },
            }),
          }}
        >
          <Box
            aria-hidden
            sx={{
              width: 22,
              height: 22,
              display: 'grid',
              placeItems: 'center',
              borderRadius: '50%',
              fontSize: '0.75rem',
              fontWeight: 650,
              ...(index === current
                ? { backgroundColor: 'primary.main', color: 'primary.contrastText' }
                : index < current
                  ? { backgroundColor: 'tone.good.ground', color: 'tone.good.text' }
                  : { backgroundColor: 'tone.none.ground', color: 'tone.none.text' }),
            }}
          >
            {index < current ? <CheckRounded sx={{ fontSize: 15 }} /> : index + 1}
          </Box>
          <Box component="span" sx={index === current ? {} : { '@media (max-width: 420px)': visuallyHidden }}>
            {step}
            {index < current && <span style={visuallyHidden}> (done)</span>}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
