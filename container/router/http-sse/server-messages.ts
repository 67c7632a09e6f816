import type { RpcId } from '../refusal.ts';

/** Questions and notifications are short; what is longer is not looked into. */
const maxReadBytes = 256 * 1024;

/** A message of the instance that answers nothing. */
export interface ServerMessage extends Record<string, unknown> {
  method: string;
}

/** Reads a notification or a question of the instance; `undefined` where it is too long for one or none. */
export function readServerMessage(data: readonly Buffer[], size: number): ServerMessage | undefined {
  if (size > maxReadBytes) return undefined;
  const message = readObject(Buffer.concat(data));
  return typeof message?.method === 'string' ? (message as ServerMessage) : undefined;
}

/** Reads the result of an `initialize`: the revision that was settled. */
export function readSettledVersion(data: readonly Buffer[]): string | undefined {
  const result = readObject(Buffer.concat(data))?.result;
  if (typeof result !== 'object' || result === null) return undefined;
  const { protocolVersion } = result as { protocolVersion?: unknown };
  return typeof protocolVersion === 'string' ? protocolVersion : undefined;
}

/** The client's answer to a question of the instance. */
export interface AnswerToQuestion extends Record<string, unknown> {
  id: RpcId;
}

/** `undefined` where the message is something else. Elicited answers can be long, so their length does not matter. */
export function readAnswerToQuestion(body: Buffer): AnswerToQuestion | undefined {
  const message = readObject(body);
  if (message === undefined || 'method' in message) return undefined;
  const { id } = message;
  return typeof id === 'string' || typeof id === 'number' ? { ...message, id } : undefined;
}

export function isRpcId(value: unknown): value is RpcId {
  return typeof value === 'string' || typeof value === 'number';
}

function readObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
