import { describe, inject } from 'vitest';

/** Settings of an AWS client that speaks to the emulator. The credentials are made up: the emulator takes any. */
export function emulatorSettings() {
  const endpoint = inject('awsEndpoint');
  if (endpoint === null) throw new Error('no AWS emulator is installed');
  return {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'emulated', secretAccessKey: 'emulated' },
    maxAttempts: 2,
  };
}

/** Of a client that speaks to DynamoDB. */
export function tableSettings() {
  const endpoint = inject('tableEndpoint');
  if (endpoint === null) throw new Error('no AWS emulator is installed');
  return { ...emulatorSettings(), endpoint };
}

/** As `describe`, for tests that need the emulator; skipped where there is none. */
export const describeOnAws: typeof describe.skip =
  inject('awsEndpoint') === null ? describe.skip : (describe as typeof describe.skip);
