import type { PaletteOptions } from '@mui/material/styles';

/** Monospaced text: what the system has, so no second font is loaded. */
export const monospace = 'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace';

/** A meaning (good, caution, bad, none) as text on a soft ground; every pair has a contrast of 4.5:1 or more. */
interface Tone {
  text: string;
  ground: string;
  mark: string;
}

declare module '@mui/material/styles' {
  interface Palette {
    surface: { raised: string; sunken: string; code: string };
    line: { soft: string; strong: string };
    tone: { good: Tone; caution: Tone; bad: Tone; accent: Tone; none: Tone };
  }
  interface PaletteOptions {
    surface: Palette['surface'];
    line: Palette['line'];
    tone: Palette['tone'];
  }
}

export const lightPalette: PaletteOptions = {
  primary: { main: '#2456e6', dark: '#1b45c2', light: '#5d82f0', contrastText: '#ffffff' },
  error: { main: '#c22a3a', dark: '#a11f2e', light: '#dd5a67', contrastText: '#ffffff' },
  warning: { main: '#9a5b00', dark: '#7d4a00', light: '#c98a2b', contrastText: '#ffffff' },
  success: { main: '#0c7a52', dark: '#096141', light: '#3fa27d', contrastText: '#ffffff' },
  text: { primary: '#12151c', secondary: '#586174', disabled: '#949cab' },
  background: { default: '#f7f8fa', paper: '#ffffff' },
  divider: '#e4e7ec',
  surface: { raised: '#ffffff', sunken: '#f2f4f7', code: '#f5f6f9' },
  line: { soft: '#e4e7ec', strong: '#cbd1db' },
  tone: {
    good: { text: '#0a6846', ground: '#e2f5ec', mark: '#16a36c' },
    caution: { text: '#8a5100', ground: '#fdf1dc', mark: '#d98a0b' },
    bad: { text: '#b02434', ground: '#fdeaec', mark: '#d63a4b' },
    accent: { text: '#1f4bcc', ground: '#e8eefe', mark: '#2456e6' },
    none: { text: '#4c5567', ground: '#eceff3', mark: '#8d96a6' },
  },
};

export const darkPalette: PaletteOptions = {
  primary: { main: '#86a5ff', dark: '#a5bcff', light: '#6186f2', contrastText: '#0b1020' },
  error: { main: '#ff8b96', dark: '#ffa8b0', light: '#e06a77', contrastText: '#240508' },
  warning: { main: '#f0b45a', dark: '#f6c981', light: '#c98a2b', contrastText: '#241600' },
  success: { main: '#55cf9d', dark: '#7cdcb5', light: '#2da678', contrastText: '#04150e' },
  text: { primary: '#eceef3', secondary: '#a0a8b8', disabled: '#6b7383' },
  background: { default: '#0d0f14', paper: '#14171e' },
  divider: '#262b36',
  surface: { raised: '#14171e', sunken: '#191d26', code: '#0f1218' },
  line: { soft: '#262b36', strong: '#3a4150' },
  tone: {
    good: { text: '#6fdcae', ground: '#10291f', mark: '#35c08a' },
    caution: { text: '#f2bd6c', ground: '#2d2211', mark: '#e2a03f' },
    bad: { text: '#ff9aa4', ground: '#331519', mark: '#f0616f' },
    accent: { text: '#a3bbff', ground: '#18213c', mark: '#7c9cff' },
    none: { text: '#b4bbc9', ground: '#21262f', mark: '#7d8697' },
  },
};
