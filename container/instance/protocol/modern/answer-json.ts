import type { RequestId } from '@modelcontextprotocol/server';
import { knownJson } from '../../features/known-json.ts';
import type { McpFeatures } from '../../features/mcp-features.ts';
import type { ProtocolError } from '../protocol-error.ts';
import { cacheHints } from './cache-hints.ts';

/** Writes answers as the SDK does, to the letter. A result whose JSON is known already is not serialised again. */
export interface AnswerJson {
  toolList(id: RequestId): string;
  /** @param result May say for itself what type it is of, and have a `_meta`. */
  toolCall(id: RequestId, result: object): string;
  error(id: RequestId, error: ProtocolError): string;
  notification(notification: { method: string; params: object }): string;
}

const serverInfoKey = 'io.modelcontextprotocol/serverInfo';
const resourceNotFound = -32002;

export function createAnswerJson({ serverInfo, tools }: Pick<McpFeatures, 'serverInfo' | 'tools'>): AnswerJson {
  const identity = `"_meta":${JSON.stringify({ [serverInfoKey]: serverInfo })}`;
  const { ttlMs, cacheScope } = cacheHints['tools/list'];
  const endOfList = `"resultType":"complete","ttlMs":${ttlMs},"cacheScope":"${cacheScope}",${identity}`;
  const endOfCall = `"resultType":"complete",${identity}`;
  return {
    toolList: (id) => answer(id, withMembers(jsonOf(tools.list), endOfList)),
    toolCall(id, result) {
      if (!('_meta' in result) && !('resultType' in result)) return answer(id, withMembers(jsonOf(result), endOfCall));
      const { _meta, ...members } = result as { _meta?: object };
      return answer(id, JSON.stringify({ resultType: 'complete', ...members, _meta: { [serverInfoKey]: serverInfo, ..._meta } }));
    },
    error(id, { code, message, data }) {
      // This revision has no code of its own for a resource that is not there.
      const error = { code: code === resourceNotFound ? -32602 : code, message, ...(data === undefined ? {} : { data }) };
      return JSON.stringify({ jsonrpc: '2.0', id, error });
    },
    notification: (notification) => JSON.stringify({ jsonrpc: '2.0', ...notification }),
  };
}

function jsonOf(result: object): string {
  return knownJson(result) ?? JSON.stringify(result);
}

/** Adds members to the JSON of an object that has some. */
function withMembers(json: string, members: string): string {
  return `${json.slice(0, -1)},${members}}`;
}

function answer(id: RequestId, result: string): string {
  return `{"result":${result},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
}
