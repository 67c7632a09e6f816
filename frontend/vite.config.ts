import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm start` listens; the development server hands the API and the MCP doors on to it. */
const platform = 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    // Everything stays a file of its own: a content security policy can then do without data: and inline sources.
    assetsInlineLimit: 0,
    // The polyfill would be inline script; every browser we support knows modulepreload.
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/v1': platform, '/i': platform, '/healthz': platform, '/readyz': platform },
  },
});
