import type { Response } from 'express';

/** Answers a problem document. */
export function problem(
  response: Response,
  status: number,
  type: string,
  title: string,
  rest: { detail?: string; errors?: { path: string; message: string }[]; retryAfter?: number } = {},
): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: `urn:smartlead-mcp:problem:${type}`, title, status, ...rest }));
}
