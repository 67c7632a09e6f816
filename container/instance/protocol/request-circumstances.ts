import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import type { McpFeatures, ReadContext } from '../features/mcp-features.ts';
import type { ClientRecord } from './client-record.ts';
import type { RequestExtra } from './protocol-engine.ts';

/** What a handler knows of the request it answers. */
export interface RequestCircumstances {
  features: McpFeatures;
  context: ReadContext;
  extra: RequestExtra;
  clientCapabilities: ClientCapabilities | undefined;
  client: ClientRecord;
}
