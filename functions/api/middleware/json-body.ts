import { ProblemError } from '../../../core/problem.ts';
import { type ApiMiddleware, routeOf } from './request-state.ts';

/** Largest body in bytes. A host that reads the body itself should stop reading there. */
export const maximumBodyBytes = 1024 * 1024;

/** Reads the JSON body: too large is 413, another content type 415, anything but JSON 400. */
export function jsonBody(): ApiMiddleware {
  return {
    before({ event, context }) {
      const { body: expected, method } = routeOf(context);
      const sent = event.body ?? '';
      if (method === 'GET' || sent === '') {
        if (expected === undefined || method === 'GET') return;
        throw new ProblemError('malformed-json', { detail: 'The body is empty. Send a JSON object.' });
      }
      const bytes = Buffer.from(sent, event.isBase64Encoded ? 'base64' : 'utf8');
      if (bytes.length > maximumBodyBytes) throw new ProblemError('body-too-large', { detail: 'A body may have up to 1 MB.' });
      if (!isJson(event.headers['content-type'])) {
        throw new ProblemError('unsupported-media-type', { detail: 'Send the header "Content-Type: application/json".' });
      }
      try {
        context.state.rawBody = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        context.state.json = JSON.parse(context.state.rawBody);
      } catch {
        // The parser's message quotes the body, which may hold a key.
        throw new ProblemError('malformed-json', { detail: 'The body must be one JSON object, encoded in UTF-8.' });
      }
    },
  };
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/iu.test(contentType?.trim() ?? '');
}
