import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { callTool } from './start-instance.ts';

/** Calls a tool; where it asks for confirmation, calls again with the text it asked for. */
export async function callConfirmed(client: Client, name: string, callArguments: Record<string, unknown> = {}) {
  const first = await callTool(client, name, callArguments);
  if (first.value.code !== 'confirmation_required') return first;
  return callTool(client, name, { ...callArguments, confirm: first.value.confirm });
}
