import type { ApiMiddleware, RequestContext } from './request-state.ts';

/** For every answer of the API: never sniffed, never cached, never framed, nothing loaded from it. */
const securityHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Adds the security headers, and the headers and cookies that the request collected on its way. */
export function responseHeaders(): ApiMiddleware {
  const add = ({ context, response }: { context: RequestContext; response: unknown }) => {
    const result = response as { headers: Record<string, string>; cookies?: string[] };
    Object.assign(result.headers, securityHeaders, context.state.headers);
    if (context.state.setCookies.length > 0) result.cookies = context.state.setCookies;
  };
  return { after: add, onError: add };
}
