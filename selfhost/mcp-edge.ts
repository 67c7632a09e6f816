import { defaultLimits, type RouterOptions } from '../container/router/options.ts';
import { isLoopbackHost, loopbackNames } from './http/served-names.ts';
import type { Settings } from './settings.ts';

type EdgeSettings = Pick<
  Settings,
  'hosts' | 'port' | 'mcpAllowedHosts' | 'mcpAllowedOrigins' | 'mcpCallsPerSecond' | 'mcpStreamsPerToken'
> & { publicUrl: string };

/**
 * What the router lets in at its edge. On a machine that listens for itself alone only its own names are served: a page on the web whose
 * name an attacker lets point here (DNS rebinding) asks under that name. Who listens for a network chooses its names with
 * `MCP_ALLOWED_HOSTS`; without it any is served there, because proxies and containers call us what they like.
 */
export function mcpEdge(
  settings: EdgeSettings,
): Pick<RouterOptions, 'allowedHosts' | 'allowedOrigins' | 'ownOrigins' | 'limits'> {
  const { hosts, port, publicUrl, mcpAllowedHosts, mcpAllowedOrigins } = settings;
  const isLoopback = hosts.every(isLoopbackHost);
  const ownName = new URL(publicUrl).hostname;
  return {
    allowedHosts: mcpAllowedHosts ?? (isLoopback ? [...loopbackNames, ownName] : []),
    allowedOrigins: mcpAllowedOrigins,
    ownOrigins: [new URL(publicUrl).origin, ...(isLoopback ? loopbackNames.map((name) => `http://${name}:${port}`) : [])],
    limits: limitsOf(settings),
  };
}

/** An instance and a workspace may have more than a token in the same proportion as by default. */
function limitsOf({ mcpCallsPerSecond, mcpStreamsPerToken }: EdgeSettings): NonNullable<RouterOptions['limits']> {
  const calls = (mcpCallsPerSecond ?? defaultLimits.maxCallsPerSecondPerToken) / defaultLimits.maxCallsPerSecondPerToken;
  const streams = (mcpStreamsPerToken ?? defaultLimits.maxStreamsPerToken) / defaultLimits.maxStreamsPerToken;
  return {
    maxCallsPerSecondPerToken: calls * defaultLimits.maxCallsPerSecondPerToken,
    maxCallsPerSecondPerInstance: calls * defaultLimits.maxCallsPerSecondPerInstance,
    maxCallsPerSecondPerWorkspace: calls * defaultLimits.maxCallsPerSecondPerWorkspace,
    maxStreamsPerToken: streams * defaultLimits.maxStreamsPerToken,
    maxStreamsPerInstance: streams * defaultLimits.maxStreamsPerInstance,
    maxStreamsPerWorkspace: streams * defaultLimits.maxStreamsPerWorkspace,
  };
}
