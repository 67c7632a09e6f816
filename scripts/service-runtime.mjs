/**
 * The flags of Node that the service runs with, wherever it is started and wherever it is measured; docs/operations.md says what each
 * is for. Without dependencies, because scripts/launch.mjs reads it before anything is installed.
 * @type {readonly string[]}
 */
export const serviceFlags = ['--disable-sigusr1', '--max-semi-space-size=8'];
