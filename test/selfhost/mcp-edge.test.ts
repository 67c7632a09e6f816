import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../container/router/options.ts';
import { mcpEdge } from '../../selfhost/mcp-edge.ts';

const settings = {
  hosts: ['127.0.0.1', '::1'],
  port: 8080,
  publicUrl: 'http://localhost:8080',
  mcpAllowedHosts: undefined,
  mcpAllowedOrigins: [],
  mcpCallsPerSecond: undefined,
  mcpStreamsPerToken: undefined,
};

describe('what the MCP doors let in', () => {
  it('on this machine alone: its own names and the public one', () => {
    const edge = mcpEdge({ ...settings, publicUrl: 'https://mcp.example' });
    expect(edge.allowedHosts).toEqual(['localhost', '127.0.0.1', '[::1]', 'mcp.example']);
    expect(edge.ownOrigins).toEqual([
      'https://mcp.example',
      'http://localhost:8080',
      'http://127.0.0.1:8080',
      'http://[::1]:8080',
    ]);
  });

  it('on a network: any name, or those that were set', () => {
    expect(mcpEdge({ ...settings, hosts: ['0.0.0.0'] }).allowedHosts).toEqual([]);
    expect(mcpEdge({ ...settings, hosts: ['0.0.0.0'], mcpAllowedHosts: ['a.example'] }).allowedHosts).toEqual(['a.example']);
  });

  it('the defaults, or as much more for all scopes as was set for a token', () => {
    expect(defaultLimits).toMatchObject(mcpEdge(settings).limits ?? {});
    expect(mcpEdge({ ...settings, mcpCallsPerSecond: 50, mcpStreamsPerToken: 5_000 }).limits).toEqual({
      maxCallsPerSecondPerToken: 50,
      maxCallsPerSecondPerInstance: 75,
      maxCallsPerSecondPerWorkspace: 125,
      maxStreamsPerToken: 5_000,
      maxStreamsPerInstance: 50_000,
      maxStreamsPerWorkspace: 100_000,
    });
  });
});
