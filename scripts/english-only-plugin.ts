import type { Plugin } from 'esbuild';

/** zod brings its messages in fifty languages; our programs speak English. */
export const englishOnlyPlugin: Plugin = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};
