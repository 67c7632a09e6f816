import type { Components, CssVarsTheme, Theme } from '@mui/material/styles';

type ThemedComponents = Components<Omit<Theme, 'components' | 'palette'> & CssVarsTheme>;

const focusRing = (color: string) => ({ outline: `2px solid ${color}`, outlineOffset: 2 });

/** How MUI's components look here: quiet lines instead of shadows, compact controls, one visible focus ring everywhere. */
export const componentStyles: ThemedComponents = {
  MuiCssBaseline: {
    styleOverrides: (theme) => ({
      body: { fontFeatureSettings: '"cv11", "ss03"', textRendering: 'optimizeLegibility', overflowWrap: 'break-word' },
      'a, button, [tabindex]': { '&:focus-visible': focusRing(theme.vars.palette.primary.main) },
      'h1:focus, main:focus': { outline: 'none' },
      '@media (prefers-reduced-motion: reduce)': {
        '*, *::before, *::after': {
          animationDuration: '0.01ms !important',
          animationIterationCount: '1 !important',
          transitionDuration: '0.01ms !important',
          scrollBehavior: 'auto !important',
        },
      },
    }),
  },
  MuiButtonBase: {
    defaultProps: { disableRipple: true },
    styleOverrides: {
      root: ({ theme }) => ({ '&.Mui-focusVisible': focusRing(theme.vars.palette.primary.main) }),
    },
  },
  MuiButton: {
    defaultProps: { disableElevation: true },
    styleOverrides: {
      root: {
        minHeight: 36,
        padding: '7px 14px',
        fontWeight: 550,
        lineHeight: '20px',
        whiteSpace: 'nowrap',
        '& .MuiButton-startIcon > *': { fontSize: 18 },
        '& .MuiButton-endIcon > *': { fontSize: 18 },
        variants: [
          { props: { size: 'large' }, style: { minHeight: 42, padding: '10px 18px', fontSize: '0.9375rem' } },
          { props: { size: 'small' }, style: { minHeight: 30, padding: '4px 10px', fontSize: '0.8125rem' } },
          {
            props: { variant: 'outlined', color: 'inherit' },
            style: ({ theme }) => ({
              borderColor: theme.vars.palette.line.strong,
              backgroundColor: theme.vars.palette.surface.raised,
              '&:hover': { backgroundColor: theme.vars.palette.surface.sunken, borderColor: theme.vars.palette.line.strong },
            }),
          },
        ],
      },
    },
  },
  MuiIconButton: { styleOverrides: { root: { borderRadius: 8 } } },
  MuiOutlinedInput: {
    styleOverrides: {
      root: ({ theme }) => ({
        backgroundColor: theme.vars.palette.surface.raised,
        '& .MuiOutlinedInput-notchedOutline': { borderColor: theme.vars.palette.line.strong },
        '&:hover:not(.Mui-error):not(.Mui-disabled) .MuiOutlinedInput-notchedOutline': {
          borderColor: theme.vars.palette.text.disabled,
        },
        '&.Mui-focused:not(.Mui-error) .MuiOutlinedInput-notchedOutline': { borderColor: theme.vars.palette.primary.main },
      }),
      input: { padding: '9px 12px', height: 22 },
    },
  },
  MuiFormLabel: {
    styleOverrides: {
      root: ({ theme }) => ({
        fontSize: '0.8125rem',
        fontWeight: 550,
        color: theme.vars.palette.text.primary,
        '&.Mui-focused, &.Mui-error': { color: theme.vars.palette.text.primary },
      }),
    },
  },
  MuiFormHelperText: { styleOverrides: { root: { marginInline: 0, marginTop: 6, fontSize: '0.8125rem' } } },
  MuiPaper: {
    defaultProps: { elevation: 0 },
    styleOverrides: { root: { backgroundImage: 'none' } },
  },
  MuiDialog: {
    styleOverrides: {
      paper: ({ theme }) => ({
        border: `1px solid ${theme.vars.palette.line.soft}`,
        borderRadius: 14,
        boxShadow: '0 24px 64px -12px rgb(10 14 26 / 0.35)',
        // A long form scrolls between its title and its buttons.
        '& > form': { minHeight: 0 },
        [theme.breakpoints.down('sm')]: { margin: 16, width: 'calc(100% - 32px)' },
      }),
    },
  },
  MuiBackdrop: { styleOverrides: { root: { '&:not(.MuiBackdrop-invisible)': { backgroundColor: 'rgb(8 11 20 / 0.5)' } } } },
  MuiDialogTitle: { styleOverrides: { root: { padding: '22px 24px 6px', fontSize: '1.0625rem', fontWeight: 650 } } },
  MuiDialogContent: { styleOverrides: { root: { padding: '8px 24px 16px' } } },
  MuiDialogActions: { styleOverrides: { root: { padding: '8px 24px 22px' } } },
  MuiMenu: {
    styleOverrides: {
      paper: ({ theme }) => ({
        border: `1px solid ${theme.vars.palette.line.soft}`,
        borderRadius: 10,
        boxShadow: '0 12px 32px -8px rgb(10 14 26 / 0.28)',
      }),
    },
  },
  MuiMenuItem: { styleOverrides: { root: { fontSize: '0.875rem', minHeight: 36 } } },
  MuiTabs: {
    styleOverrides: {
      root: ({ theme }) => ({ minHeight: 40, borderBottom: `1px solid ${theme.vars.palette.line.soft}` }),
      indicator: { height: 2, borderRadius: 1 },
    },
  },
  MuiTab: {
    styleOverrides: {
      root: ({ theme }) => ({
        minHeight: 40,
        minWidth: 0,
        padding: '8px 2px',
        marginRight: 22,
        textTransform: 'none',
        fontWeight: 500,
        '&.Mui-selected': { color: theme.vars.palette.text.primary, fontWeight: 600 },
        '&.Mui-focusVisible': { outlineOffset: -2, borderRadius: 6 },
      }),
    },
  },
  MuiTableCell: {
    styleOverrides: {
      root: ({ theme }) => ({
        padding: '11px 16px',
        borderColor: theme.vars.palette.line.soft,
        fontSize: '0.875rem',
      }),
      head: ({ theme }) => ({
        paddingBlock: 9,
        fontSize: '0.75rem',
        fontWeight: 550,
        color: theme.vars.palette.text.secondary,
        backgroundColor: theme.vars.palette.surface.sunken,
        whiteSpace: 'nowrap',
      }),
    },
  },
  MuiSwitch: {
    styleOverrides: {
      root: ({ theme }) => ({
        '&.MuiSwitch-sizeSmall': { width: 34, height: 20, padding: 0, overflow: 'visible' },
        '& .MuiSwitch-switchBase.MuiSwitch-switchBase': { padding: 3, color: theme.vars.palette.surface.raised },
        '& .MuiSwitch-switchBase.Mui-checked': { transform: 'translateX(14px)' },
        '& .MuiSwitch-switchBase + .MuiSwitch-track': {
          borderRadius: 10,
          opacity: 1,
          backgroundColor: theme.vars.palette.tone.none.mark,
        },
        '& .MuiSwitch-switchBase.Mui-checked + .MuiSwitch-track': {
          opacity: 1,
          backgroundColor: theme.vars.palette.primary.main,
        },
        '& .MuiSwitch-thumb.MuiSwitch-thumb': { width: 14, height: 14, boxShadow: 'none' },
      }),
    },
  },
  MuiTooltip: { defaultProps: { enterDelay: 400 } },
  MuiLink: { defaultProps: { underline: 'hover' }, styleOverrides: { root: { fontWeight: 500 } } },
  MuiSkeleton: { defaultProps: { animation: 'wave' }, styleOverrides: { root: { borderRadius: 6 } } },
};
