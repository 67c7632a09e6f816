import { z } from 'zod';
import { ProblemError } from '../../../core/problem.ts';
import type { Identity, IdentityReader } from '../../ports.ts';

const userSchema = z.object({
  UserAttributes: z.array(z.object({ Name: z.string(), Value: z.string().optional() })),
});

/** Attributes of a user of the pool, as triggers and answers of Cognito name them. */
const attributesSchema = z.object({
  sub: z.string().min(1),
  email: z.string().min(1),
  email_verified: z.string().optional(),
  name: z.string().optional(),
});

/** Reads a user's attributes. Throws where the identifier or the e-mail address is missing, without repeating any. */
export function identityOf(attributes: Readonly<Record<string, unknown>>): Identity {
  const read = attributesSchema.safeParse(attributes);
  if (!read.success) throw new Error(`Cognito names no ${read.error.issues.map(({ path }) => path.join('.')).join(', ')}.`);
  const { sub, email, email_verified: verified, name } = read.data;
  return { userId: sub, email, emailVerified: verified === 'true', name: name ?? null };
}

export interface CognitoIdentityReaderSettings {
  /** Of the region, such as `https://cognito-idp.eu-central-1.amazonaws.com`. */
  endpoint: string;
  timeoutMilliseconds?: number;
}

/**
 * Asks Cognito whose access token it is. The token itself is the permission, so no role is needed; it has to have the scope
 * `aws.cognito.signin.user.admin`, as every token has that the dashboard gets by the password.
 * Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html
 */
export class CognitoIdentityReader implements IdentityReader {
  readonly #endpoint: string;
  readonly #timeoutMilliseconds: number;

  constructor({ endpoint, timeoutMilliseconds = 3000 }: CognitoIdentityReaderSettings) {
    this.#endpoint = endpoint;
    this.#timeoutMilliseconds = timeoutMilliseconds;
  }

  async read(accessToken: string): Promise<Identity> {
    const response = await this.#getUser(accessToken);
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      const { __type: failure = '' } = (await response.json().catch(() => ({}))) as { __type?: string };
      if (/TooManyRequests|LimitExceeded/.test(failure)) throw unreachable(failure);
      throw new ProblemError('not-signed-in', { detail: 'Sign in again, with your password.' });
    }
    if (!response.ok) throw unreachable(`status ${response.status}`);
    const { UserAttributes } = userSchema.parse(await response.json());
    return identityOf(Object.fromEntries(UserAttributes.map(({ Name, Value }) => [Name, Value])));
  }

  async #getUser(accessToken: string): Promise<Response> {
    try {
      return await fetch(this.#endpoint, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(this.#timeoutMilliseconds),
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser',
        },
        body: JSON.stringify({ AccessToken: accessToken }),
      });
    } catch (error) {
      throw unreachable(error);
    }
  }
}

function unreachable(cause: unknown): ProblemError {
  return new ProblemError('not-available', {
    detail: 'The sign-in service cannot be reached at the moment. Try again in a few seconds.',
    retryAfter: 2,
    cause,
  });
}
