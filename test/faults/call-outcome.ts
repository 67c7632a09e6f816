import type { McpClient } from '../e2e/mcp-clients.ts';

export interface CallOutcome {
  /** `answered` with content, `error` reported by the tool with its code, or `broken`: the client got no result at all. */
  kind: 'answered' | 'error' | 'broken';
  /** Stable code of a reported error, such as `outcome_unknown`, or why it broke. */
  code?: string;
  /** What the answer says, as text. */
  text: string;
}

/** Makes a call and says what its client saw. An answer with nothing in it is `broken`: no client can tell it from success. */
export async function outcomeOf(client: McpClient, name: string, given: Record<string, unknown> = {}): Promise<CallOutcome> {
  try {
    const result = await client.callTool({ name, arguments: given });
    const text = JSON.stringify(result.content ?? []);
    if (!Array.isArray(result.content) || result.content.length === 0) return { kind: 'broken', code: 'empty', text };
    if (result.isError !== true) return { kind: 'answered', text };
    const { code } = (result.structuredContent ?? {}) as { code?: string };
    return { kind: 'error', code: code ?? 'none', text };
  } catch (error) {
    return { kind: 'broken', code: error instanceof Error ? error.message : String(error), text: '' };
  }
}
