import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { FailureData } from '../../features/feature-errors.ts';
import { ProtocolError, protocolErrorOf } from '../protocol-error.ts';

const fault: FailureData & { message: string } = {
  code: 'internal_error',
  message: 'The MCP server failed on this request.',
  retryable: false,
  nextStep: 'This is a fault of the MCP server. Report it with the time of the request.',
};

/** A failure as an error that the client is told of. @param onFault Told of the kind of a fault of ours. */
export function answerable(error: unknown, onFault: (kind: string) => void): ProtocolError {
  const known = protocolErrorOf(error);
  if (known !== undefined) return known;
  onFault(error instanceof Error ? error.name : typeof error);
  return new ProtocolError(ErrorCode.InternalError, fault.message, fault);
}
