/** A reason not to start, as one line a person can act on, and the process's exit code: 2 for a wrong command line, else 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
