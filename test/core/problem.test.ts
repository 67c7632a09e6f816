import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ProblemError, problemBody, problems } from '../../core/problem.ts';

describe('problems', () => {
  it('are those of the page for customers, with the same status', () => {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, type, status]) => [type, Number(status)]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(problems).map(([type, { status }]) => [type, status])),
    );
  });

  it('become a body with what is known and nothing else', () => {
    expect(problemBody(new ProblemError('not-found'))).toEqual({
      type: 'urn:smartlead-mcp:problem:not-found',
      title: 'Not found',
      status: 404,
    });
    const problem = new ProblemError('rate-limited', { detail: 'Wait.', retryAfter: 7, cause: new Error('secret') });
    expect(problemBody(problem, '/v1/keys')).toEqual({
      type: 'urn:smartlead-mcp:problem:rate-limited',
      title: 'Too many requests',
      status: 429,
      detail: 'Wait.',
      instance: '/v1/keys',
      retryAfter: 7,
    });
  });
});
