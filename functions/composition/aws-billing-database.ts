import { readFile } from 'node:fs/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Signer } from '@aws-sdk/rds-signer';
import type { ClientConfig } from 'pg';
import { z } from 'zod';
import type { BillingSignIns } from '../billing/prepare-database.ts';
import { migratorRole } from '../billing/roles.ts';

const present = z.string().min(1);

/** What `infra/` tells the function that migrates the billing database, and Lambda every function. */
export const billingDatabaseEnvironmentSchema = z.object({
  DATABASE_HOST: present,
  DATABASE_PORT: z.coerce.number().int().min(1).max(65_535),
  DATABASE_NAME: present,
  /** File with the certificates of RDS, in PEM. */
  DATABASE_CA_FILE: present,
  MASTER_USER_SECRET_ARN: z.string().regex(/^arn:/, 'is no ARN'),
  AWS_REGION: present,
  AWS_ACCESS_KEY_ID: present,
  AWS_SECRET_ACCESS_KEY: present,
  AWS_SESSION_TOKEN: present.optional(),
});
export type BillingDatabaseEnvironment = z.infer<typeof billingDatabaseEnvironmentSchema>;

/** What RDS keeps of its master user. Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html */
const masterUserSchema = z.object({ username: present, password: present });

/** Signs in to the billing database: by a token of IAM as the owner of the schema, by the password that RDS keeps as master user. */
export function awsBillingSignIns(environment: BillingDatabaseEnvironment): BillingSignIns {
  const { DATABASE_HOST: host, DATABASE_PORT: port, DATABASE_NAME: database } = environment;
  const server = async (): Promise<ClientConfig> => ({
    ...{ host, port, database },
    // Without a certificate of RDS for this very host nothing is said to the server.
    ssl: { ca: await readFile(environment.DATABASE_CA_FILE, 'utf8') },
    application_name: 'smartlead-mcp-migrations',
    connectionTimeoutMillis: 10_000,
  });
  return {
    migrator: async () => {
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
      const signer = new Signer({
        hostname: host,
        port,
        username: migratorRole,
        region: environment.AWS_REGION,
        credentials: {
          accessKeyId: AWS_ACCESS_KEY_ID,
          secretAccessKey: AWS_SECRET_ACCESS_KEY,
          ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
        },
      });
      return { ...(await server()), user: migratorRole, password: await signer.getAuthToken() };
    },
    master: async () => {
      const secrets = new SecretsManagerClient({ maxAttempts: 4 });
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: environment.MASTER_USER_SECRET_ARN }));
      const master = masterUserSchema.parse(JSON.parse(SecretString ?? 'null'));
      return { ...(await server()), user: master.username, password: master.password };
    },
  };
}
