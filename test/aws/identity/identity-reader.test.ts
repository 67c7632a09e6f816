import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, expect, it } from 'vitest';
import { CognitoIdentityReader } from '../../../functions/adapters/cognito/identity-reader.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import { createHandler } from '../../../functions/api/create-handler.ts';
import { me } from '../../../functions/api/me.ts';
import { makingAccounts } from '../../../functions/composition/aws-account-maker.ts';
import { ensureAccount } from '../../../functions/domain/ensure-account.ts';
import { apiEvent, createApi } from '../../functions/api/api-client.ts';
import { createTestTable } from '../dynamodb/table.ts';
import { describeOnAws, emulatorSettings } from '../emulator.ts';

describeOnAws('who is signed in at Cognito', () => {
  let client: CognitoIdentityProviderClient;
  let reader: CognitoIdentityReader;
  let accessToken: string;
  beforeAll(async () => {
    client = new CognitoIdentityProviderClient(emulatorSettings());
    reader = new CognitoIdentityReader({ endpoint: emulatorSettings().endpoint });
    accessToken = await invite('ada@example.com', 'Ada');
  });

  /** Somebody whom an operator invites, and who has chosen a password and signed in: no trigger is called for them. */
  async function invite(email: string, name: string): Promise<string> {
    const pool = await client.send(
      new CreateUserPoolCommand({ PoolName: 'test', UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'] }),
    );
    const UserPoolId = pool.UserPool?.Id ?? '';
    const flows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] as const;
    const application = await client.send(
      new CreateUserPoolClientCommand({ UserPoolId, ClientName: 'dashboard', ExplicitAuthFlows: [...flows] }),
    );
    const Password = 'a Long pass phrase 1';
    await client.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: email,
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: email },
          { Name: 'email_verified', Value: 'true' },
          { Name: 'name', Value: name },
        ],
      }),
    );
    await client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password, Permanent: true }));
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        ClientId: application.UserPoolClient?.ClientId ?? '',
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: email, PASSWORD: Password },
      }),
    );
    return AuthenticationResult?.AccessToken ?? '';
  }

  it('is read with their own access token', async () => {
    expect(await reader.read(accessToken)).toEqual({
      userId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada',
    });
  });

  it('is nobody with another token', async () => {
    await expect(reader.read('no-token-of-anybody')).rejects.toMatchObject({ type: 'not-signed-in' });
  });

  it('is told to try again where Cognito cannot be reached', async () => {
    const unreachable = new CognitoIdentityReader({ endpoint: 'http://127.0.0.1:9' });
    await expect(unreachable.read(accessToken)).rejects.toMatchObject({ type: 'not-available' });
  });

  it('gets an account by asking who they are', async () => {
    const { platform } = createApi();
    const variables = { AWS_REGION: emulatorSettings().region, AWS_ENDPOINT_URL: emulatorSettings().endpoint };
    const handler = createHandler(me, makingAccounts(platform, variables));
    const event = apiEvent('GET', '/v1/me', { token: accessToken });
    const { sub } = claimsOf(accessToken);
    event.requestContext.authorizer = { jwt: { claims: { sub, token_use: 'access' } } };
    const answer = await handler(event, {});
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(String(answer.body))).toMatchObject({
      user: { id: sub, email: 'ada@example.com', operator: false },
      workspace: { name: "Ada's workspace" },
    });
  });

  it('gets an account in the table, under the identifier that the access token names', async () => {
    const { table, drop } = await createTestTable();
    const { accounts, audit } = createDynamoStores(table);
    const ports = { accounts, audit, clock: { now: () => new Date() }, report: () => {} };
    const identity = await reader.read(accessToken);
    const made = await Promise.all([ensureAccount(ports, identity), ensureAccount(ports, identity)]);
    expect(made[0]).toEqual(made[1]);
    expect(await accounts.findMembership(claimsOf(accessToken).sub)).toMatchObject({
      user: { email: 'ada@example.com' },
      role: 'owner',
    });
    expect((await audit.list(made[0]?.workspace.id ?? '', {}, { limit: 10 })).items).toHaveLength(1);
    await drop();
  });
});

function claimsOf(token: string): { sub: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
