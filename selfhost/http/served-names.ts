import { isIP } from 'node:net';
import type { Settings } from '../settings.ts';

/** Names under which a machine reaches itself. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The names under which the API, the dashboard and the operators' endpoints are served; any where the list is empty. On a machine that
 * listens for itself alone these are its own and the public one: a page on the web whose name an attacker lets point here (DNS
 * rebinding) asks under that name, and could otherwise sign up, or read the metrics, as if it were a program of this machine.
 */
export function servedNames({
  hosts,
  publicUrl,
  mcpAllowedHosts = [],
}: Pick<Settings, 'hosts' | 'mcpAllowedHosts'> & { publicUrl: string }): string[] {
  if (!hosts.every(isLoopbackHost)) return [];
  return [...loopbackNames, new URL(publicUrl).hostname, ...mcpAllowedHosts.map((name) => name.toLowerCase())];
}

/** Whether a `Host` header, with or without a port, is one of the names. */
export function isServedName(host: string | undefined, names: readonly string[]): boolean {
  if (names.length === 0) return true;
  const name = (host ?? '').toLowerCase();
  return names.includes(name) || names.includes(name.replace(/:\d+$/, ''));
}

/** Whether an address that is listened on can be reached from this machine only. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
