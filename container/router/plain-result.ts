import type { RpcId } from './refusal.ts';

const closeBrace = 0x7d;

/**
 * Whether a whole body is the result of the request and surely no error of a tool: to be counted, it need not be read byte by byte then,
 * which for a list of tools would cost more than all the rest of its way. Knows the two orders in which servers write; any other body
 * is answered with `false` and has to be read.
 */
export function isPlainResult(body: Buffer, id: RpcId): boolean {
  if (body[body.length - 1] !== closeBrace) return false;
  const named = `"jsonrpc":"2.0","id":${JSON.stringify(id)}`;
  const isResult = begins(body, `{${named},"result":`) || (begins(body, '{"result":') && ends(body, `,${named}}`));
  return isResult && !body.includes('"isError"') && !body.includes('"error"');
}

function begins(body: Buffer, text: string): boolean {
  return body.length > text.length && body.toString('latin1', 0, text.length) === text;
}

function ends(body: Buffer, text: string): boolean {
  return body.length > text.length && body.toString('latin1', body.length - text.length) === text;
}
