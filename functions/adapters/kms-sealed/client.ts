import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';

/** A client that fails in seconds, before its caller's own deadline; the SDK repeats what was throttled or lost on the way. */
export function createKeyClient(settings: KMSClientConfig = {}): KMSClient {
  return new KMSClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
    ...settings,
  });
}
