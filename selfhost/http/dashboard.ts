import { join } from 'node:path';
import express, { type Router } from 'express';

/**
 * The dashboard loads nothing from elsewhere and runs no inline script. The component library inserts empty style elements and fills
 * them through the CSSOM, so the one inline style allowed is the hash of the empty text.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the built dashboard: hashed assets for ever, every other page address as the application itself. */
export function serveDashboard(folder: string): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set({
      'Content-Security-Policy': contentSecurityPolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    });
    next();
  });
  // Here the API has the dashboard's own origin and keeps the accounts.
  router.get('/config.json', (_request, response) => {
    response.set('Cache-Control', 'no-cache').json({ apiUrl: '', signIn: { kind: 'local' } });
  });
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false }));
  router.use(express.static(folder, { index: false, redirect: false }));
  router.get(/.*/, (request, response, next) => {
    if (request.accepts('html') === false) return next();
    response.set('Cache-Control', 'no-cache').sendFile(join(folder, 'index.html'));
  });
  return router;
}
