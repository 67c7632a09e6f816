/**
 * Why a warm process was not assigned. In every case it is of no use any more and has to be ended; another one may be tried.
 *
 * - `unreachable`: it did not answer, or not in time. Where the configuration had been sent, it may be serving.
 * - `not-authentic`: what answers does not prove that it belongs to the pool and is where it was reached. Nothing was sent to it.
 * - `taken`: it is, or is becoming, somebody else's.
 * - `refused`: it belongs to the pool and will not serve this, as when it speaks another version of the protocol.
 */
export type WarmAssignmentFailure = 'unreachable' | 'not-authentic' | 'taken' | 'refused';

/** Its message names the failure and never what was to be assigned. */
export class WarmAssignmentFailed extends Error {
  override readonly name = 'WarmAssignmentFailed';
  readonly failure: WarmAssignmentFailure;

  constructor(failure: WarmAssignmentFailure, detail: string, options?: ErrorOptions) {
    super(`A warm process was not assigned (${failure}): ${detail}`, options);
    this.failure = failure;
  }
}
