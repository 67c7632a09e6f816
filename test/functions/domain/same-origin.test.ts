import { expect, it } from 'vitest';
import { isSameOrigin } from '../../../functions/domain/same-origin.ts';

const publicUrl = 'https://mcp.example.com';

it.each([
  [undefined, 'anything', true],
  ['https://mcp.example.com', 'internal:8080', true],
  ['https://mcp.example.com:443', 'internal:8080', true],
  ['http://internal:8080', 'internal:8080', true],
  ['http://internal:8080', 'INTERNAL:8080', true],
  ['http://mcp.example.com', 'internal:8080', false],
  ['https://evil.example', 'internal:8080', false],
  ['https://mcp.example.com.evil.example', 'internal:8080', false],
  ['null', undefined, false],
  ['', '', false],
])('origin %s at host %s: %s', (origin, host, expected) => {
  expect(isSameOrigin({ origin, host, publicUrl })).toBe(expected);
});
