import { CognitoIdentityReader } from '../adapters/cognito/identity-reader.ts';
import { DynamoAccountRelinking } from '../adapters/dynamodb/account-relinking.ts';
import { jwtAuthorizerAuthenticator } from '../api/authenticators/jwt-authorizer.ts';
import type { Platform } from '../api/platform.ts';
import { type EnsureAccountPorts, ensureAccount } from '../domain/ensure-account.ts';
import {
  accountsEnvironmentSchema,
  cognitoEnvironmentSchema,
  readEnvironment,
  tableEnvironmentSchema,
} from './aws-environment.ts';
import { platformTable } from './aws-table.ts';
import { reportToLog } from './report-incident.ts';

/**
 * The same platform, which makes the account of whoever is signed in and has none. For the function of `GET /v1/me` alone: the
 * dashboard asks it first, and the others need no right to make accounts.
 */
export function makingAccounts(platform: Platform, variables: Record<string, string | undefined>): Platform {
  const identities = new CognitoIdentityReader({ endpoint: cognitoEndpoint(variables) });
  const { accounts, audit, clock, logger } = platform;
  const ports = { accounts, audit, clock, report: reportToLog(logger), ...relinkingOf(variables) };
  return {
    ...platform,
    authenticator: jwtAuthorizerAuthenticator(accounts, {
      makeAccount: async (accessToken) => ensureAccount(ports, await identities.read(accessToken)),
    }),
  };
}

/**
 * The accounts of a user pool that was lost, where the environment says that one was, and nobody can sign up by themselves: somebody else may
 * have chosen the password with which the owner of an address confirms it. Who was invited has chosen it after reading the mail.
 */
export function relinkingOf(variables: Record<string, string | undefined>): Pick<EnsureAccountPorts, 'relinking'> {
  const { RELINK_ACCOUNTS_BEFORE: before, SIGN_UPS: signUps } = readEnvironment(accountsEnvironmentSchema, variables);
  if (before === undefined || signUps === 'open') return {};
  const table = platformTable(readEnvironment(tableEnvironmentSchema, variables));
  return { relinking: { accounts: new DynamoAccountRelinking(table), before } };
}

function cognitoEndpoint(variables: Record<string, string | undefined>): string {
  const environment = readEnvironment(cognitoEnvironmentSchema, variables);
  return (
    environment.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER ??
    environment.AWS_ENDPOINT_URL ??
    `https://cognito-idp.${environment.AWS_REGION}.amazonaws.com`
  );
}
