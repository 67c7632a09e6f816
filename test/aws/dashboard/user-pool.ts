import {
  AdminCreateUserCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  SetUserPoolMfaConfigCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { startMiniStack } from '../emulators/ministack.ts';

const region = 'eu-central-1';

export interface EmulatedUserPool {
  /** Base URL of the emulator, which browsers may call. */
  endpoint: string;
  region: string;
  userPoolId: string;
  clientId: string;
  /** Has the pool create the account as an operator does who invites somebody. */
  invite(email: string, firstPassword: string): Promise<void>;
  /** Ends all sessions of somebody, as an operator does. */
  endSessions(userId: string): Promise<void>;
  /** The code in the newest mail to the address. */
  mailedCode(email: string): Promise<string>;
  /** How many mails went to the address. */
  mailCount(email: string): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a user pool with the settings of `infra/stacks/auth.ts` that the dashboard meets. The emulator signs in by real SRP, checks
 * codes, and counts TOTP as RFC 6238 does; unlike AWS it neither rotates refresh tokens nor calls the post-confirmation function, its
 * codes by mail are always the same, and it counts no attempts.
 */
export async function startUserPool(): Promise<EmulatedUserPool> {
  const emulator = await startMiniStack({ AUTH: 'true' });
  const { endpoint } = emulator;
  const client = new CognitoIdentityProviderClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const created = await client.send(
    new CreateUserPoolCommand({
      PoolName: 'dashboard',
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: false,
        },
      },
    }),
  );
  const userPoolId = created.UserPool?.Id ?? '';
  await client.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: userPoolId,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  const app = await client.send(
    new CreateUserPoolClientCommand({
      UserPoolId: userPoolId,
      ClientName: 'dashboard',
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
    }),
  );

  async function mailsTo(email: string): Promise<string[]> {
    const answer = await fetch(`${endpoint}/_ministack/ses/messages`);
    const { messages } = (await answer.json()) as { messages: Record<string, { To: string[]; BodyText: string }[]> };
    const mails = Object.values(messages).flat();
    return mails.filter(({ To }) => To.includes(email)).map(({ BodyText }) => BodyText);
  }

  return {
    endpoint,
    region,
    userPoolId,
    clientId: app.UserPoolClient?.ClientId ?? '',
    invite: async (email, firstPassword) => {
      const attributes = [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ];
      await client.send(
        new AdminCreateUserCommand({
          UserPoolId: userPoolId,
          Username: email,
          TemporaryPassword: firstPassword,
          UserAttributes: attributes,
          MessageAction: 'SUPPRESS',
        }),
      );
    },
    endSessions: async (userId) => {
      await client.send(new AdminUserGlobalSignOutCommand({ UserPoolId: userPoolId, Username: userId }));
    },
    mailedCode: async (email) => {
      const code = (await mailsTo(email)).map((mail) => /\b(\d{6})\b/.exec(mail)?.[1]).findLast((found) => found !== undefined);
      if (code === undefined) throw new Error(`no mail with a code went to ${email}`);
      return code;
    },
    mailCount: async (email) => (await mailsTo(email)).length,
    stop: async () => {
      client.destroy();
      await emulator.stop();
    },
  };
}
