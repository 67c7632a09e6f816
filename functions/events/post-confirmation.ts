import { z } from 'zod';
import { type EnsureAccountPorts, ensureAccount } from '../domain/ensure-account.ts';
import type { Identity } from '../ports.ts';

const eventSchema = z.looseObject({
  request: z.looseObject({ userAttributes: z.record(z.string(), z.unknown()) }),
});

export interface PostConfirmationParts extends EnsureAccountPorts {
  identityOf(attributes: Readonly<Record<string, unknown>>): Identity;
}

/**
 * Makes the function that Cognito calls when somebody has confirmed a sign-up, or a new password, perhaps more than once: it makes
 * their workspace. Answers the event, as Cognito wants it.
 *
 * It never fails for want of an account: Cognito would tell the person that the confirmation failed, which is not so. What could not
 * be made is reported, and made with their first request instead (`api/authenticators/jwt-authorizer.ts`).
 * Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
 */
export function createPostConfirmation(parts: PostConfirmationParts): (event: unknown) => Promise<unknown> {
  return async (event) => {
    try {
      const { request } = eventSchema.parse(event);
      await ensureAccount(parts, parts.identityOf(request.userAttributes));
    } catch (cause) {
      parts.report({
        message: 'Somebody has confirmed their address and got no workspace yet; their first request makes it.',
        cause,
      });
    }
    return event;
  };
}
