import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { FeatureFailed, InvalidRequest, ResourceNotFound, UnknownFeature } from '../features/feature-errors.ts';

/** The code that revisions up to 2025-11-25 have for a resource that is not there. */
const resourceNotFound = -32002;

/** A failure that is answered as a JSON-RPC error. The protocol engine reads `code` and `data` off whatever is thrown. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** Parameters that make no sense. */
export function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ErrorCode.InvalidParams, message);
}

/**
 * What a failure is in the protocol, or undefined for a fault of ours, whose words are nobody's business. Where a feature failed,
 * its report is the error's data: the code, whether to try again, what to do.
 */
export function protocolErrorOf(error: unknown): ProtocolError | undefined {
  if (error instanceof ProtocolError) return error;
  if (error instanceof UnknownFeature || error instanceof InvalidRequest) return invalidParams(error.message);
  if (error instanceof ResourceNotFound) return new ProtocolError(resourceNotFound, error.message, { uri: error.uri });
  if (error instanceof FeatureFailed) return new ProtocolError(ErrorCode.InternalError, error.message, error.data);
  return undefined;
}
