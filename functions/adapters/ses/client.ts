import { SESv2Client, type SESv2ClientConfig } from '@aws-sdk/client-sesv2';

/** A client that fails in seconds; who sends tries again later by itself. */
export function createMailClient(settings: SESv2ClientConfig = {}): SESv2Client {
  return new SESv2Client({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    ...settings,
  });
}
