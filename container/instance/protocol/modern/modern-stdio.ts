import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { McpFeatures } from '../../features/mcp-features.ts';
import type { Log } from '../../observability/log.ts';
import type { StdioChannel } from '../stdio-channel.ts';
import { createConfirmations } from './confirmation.ts';
import { loadModernSdk, type ModernSdk } from './load-sdk.ts';
import { createModernServer } from './modern-server.ts';

/**
 * Serves the features of an instance in revision 2026-07-28 to the one client of a stdio connection.
 * @returns the function that ends it and its subscriptions.
 */
export async function connectModernStdio(channel: StdioChannel, features: McpFeatures, log: Log): Promise<() => Promise<void>> {
  const sdk = await loadModernSdk();
  const confirmations = createConfirmations(sdk);
  return serveModernStdio(sdk, channel, () => {
    const server = createModernServer({ sdk, features, confirmations, log });
    // It fails where the client has left, and then there is nobody to tell.
    server.onclose = features.resources.onListChanged(() => void server.sendResourceListChanged().catch(() => undefined));
    return server;
  });
}

/** Serves what a factory makes in revision 2026-07-28 to the one client of a stdio connection. */
export function serveModernStdio(sdk: ModernSdk, channel: StdioChannel, createServer: McpServerFactory): () => Promise<void> {
  const handle = sdk.serveStdio(createServer, { legacy: 'reject', transport: channel as never });
  return () => handle.close();
}
