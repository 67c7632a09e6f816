import { isJsonObject } from '../../json/json-object.ts';

/** The revision that needs no session: every request says for itself who asks and which revision is spoken. */
export const modernRevision = '2026-07-28';

const protocolVersionKey = 'io.modelcontextprotocol/protocolVersion';

/**
 * Whether a request belongs to revision 2026-07-28 or a later one, rather than to those that begin with `initialize`. One this server
 * does not speak is claimed, too: its answer names those it does, which is how clients of that era negotiate.
 * @param version The MCP-Protocol-Version header, where there is one.
 * @param body The parsed body, where there is one.
 */
export function claimsModernRevision(version: string | undefined, body: unknown): boolean {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  if (messages.some(isModernMessage)) return true;
  return version !== undefined && isModernVersion(version.trim()) && !messages.some(isInitialize);
}

/** Whether a message by itself says that it belongs to revision 2026-07-28 or a later one. */
export function isModernMessage(message: unknown): boolean {
  if (!isJsonObject(message)) return false;
  const version = claimedVersion(message);
  if (isInitialize(message)) return typeof version === 'string' && isModernVersion(version);
  return version !== undefined || message.method === 'server/discover';
}

/** Whether a message asks which revisions there are without choosing one: what a client sends before it decides. */
export function isProbe(message: unknown): boolean {
  return isJsonObject(message) && (message.method === 'server/discover' || claimedVersion(message) !== modernRevision);
}

/** Names of revisions are dates, so their order as text is their order in time; names that are no dates sort behind them. */
function isModernVersion(version: string): boolean {
  return version >= modernRevision;
}

function isInitialize(message: unknown): boolean {
  return isJsonObject(message) && message.method === 'initialize';
}

function claimedVersion({ params }: Record<string, unknown>): unknown {
  return isJsonObject(params) && isJsonObject(params._meta) ? params._meta[protocolVersionKey] : undefined;
}
