import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { errorReport } from '../../smartlead/smartlead-error.ts';
import { ProtocolError, protocolErrorOf } from '../protocol-error.ts';

/** A failure as an error that the client is told of. @param onFault Told of the kind of a fault of ours. */
export function answerable(error: unknown, onFault: (kind: string) => void): ProtocolError {
  const known = protocolErrorOf(error);
  if (known !== undefined) return known;
  onFault(error instanceof Error ? error.name : typeof error);
  const report = errorReport(error);
  return new ProtocolError(ErrorCode.InternalError, report.message, report);
}
