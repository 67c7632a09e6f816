/**
 * The part of the 2.x SDK that serves revision 2026-07-28. It is bundled into a file of its own, which is read when the first client
 * of this revision comes: loading it takes several megabytes that an instance without such clients need not spend.
 */
export {
  createMcpHandler,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from '@modelcontextprotocol/server';
export { serveStdio } from '@modelcontextprotocol/server/stdio';
