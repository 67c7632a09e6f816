import type { RpcId } from '../refusal.ts';

/** The body of a POST with those of its requests alone. The body must be a JSON-RPC message or batch, as it was admitted. */
export function requestsOf(body: Buffer, ids: ReadonlySet<RpcId>): Buffer {
  const parsed: unknown = JSON.parse(body.toString('utf8'));
  if (!Array.isArray(parsed)) return body;
  const wanted = parsed.filter(
    (message: { id?: unknown; method?: unknown }) => typeof message.method === 'string' && ids.has(message.id as RpcId),
  );
  return Buffer.from(JSON.stringify(wanted));
}
