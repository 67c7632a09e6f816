import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { mayReadMetrics } from '../../../selfhost/http/metrics-access.ts';

function request(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

it.each([
  ['a program of this machine', request('127.0.0.1'), true],
  ['one that speaks IPv6', request('::1'), true],
  ['one of both', request('::ffff:127.0.0.1'), true],
  ['another machine', request('192.0.2.1'), false],
  ['what a proxy of this machine passes on', request('127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }), false],
  ['what it passes on by the standard', request('127.0.0.1', { forwarded: 'for=127.0.0.1' }), false],
])('without a token, %s', (_who, from, may) => {
  expect(mayReadMetrics(from, undefined)).toBe(may);
});

it('with a token, whoever presents it, and nobody else', () => {
  const token = 'a-token-of-the-operator';
  expect(mayReadMetrics(request('192.0.2.1', { authorization: `Bearer ${token}` }), token)).toBe(true);
  expect(mayReadMetrics(request('192.0.2.1', { authorization: `bearer ${token}` }), token)).toBe(true);
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: token }]) {
    expect(mayReadMetrics(request('127.0.0.1', headers), token)).toBe(false);
  }
});
