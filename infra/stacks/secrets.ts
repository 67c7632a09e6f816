import { ArnFormat, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding } from '../constructs/accepted-findings.ts';
import { CustomerManagedKey } from '../constructs/customer-managed-key.ts';
import { customerSecretPrefix, platformSecretPrefix } from '../names.ts';

export interface SecretsStackProps extends StackProps {
  settings: Settings;
}

/**
 * What secrets are sealed with, and the platform's own secrets. Those of customers, one for each Smartlead key, are made by the API at
 * run time below a prefix of their own; permissions are given on that prefix, so who reads one kind cannot read the other.
 */
export class SecretsStack extends Stack {
  readonly encryptionKey: CustomerManagedKey;
  /** Such as `smartlead-mcp/prod/keys/`. */
  readonly customerPrefix: string;
  /** Shared by routers and control plane: signs sessions, seals what routers present to instances (`core/data-plane-keys.ts`). */
  readonly dataPlane: secretsmanager.ISecret;
  /** With which a warm instance proves that it is one of ours. */
  readonly warmPool: secretsmanager.ISecret;
  /** Password of the platform's user at the cache. */
  readonly cachePassword: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, { settings, ...props }: SecretsStackProps) {
    super(scope, id, props);
    this.customerPrefix = customerSecretPrefix(settings);
    this.encryptionKey = new CustomerManagedKey(this, 'EncryptionKey', {
      settings,
      name: 'customer-secrets',
      description: "Encrypts customers' Smartlead keys and the platform's own secrets",
    });
    const platformSecret = (constructId: string, name: string, description: string, passwordLength = 64) => {
      const secret = new secretsmanager.Secret(this, constructId, {
        secretName: `${platformSecretPrefix(settings)}${name}`,
        description,
        encryptionKey: this.encryptionKey,
        generateSecretString: { passwordLength, excludePunctuation: true },
        removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        // The toolkit's class fits its own interface only without exactOptionalPropertyTypes.
      }) as secretsmanager.ISecret;
      acceptFinding(
        secret,
        'SMG4',
        'All who share it have to know a new one before anybody uses it: by commands, as docs/operations.md says.',
      );
      return secret;
    };
    this.dataPlane = platformSecret('DataPlane', 'data-plane', 'Shared by routers and control plane');
    // So many letters and digits are 32 bytes, read as base64url, which is what `core/warm-assignment.ts` takes.
    this.warmPool = platformSecret('WarmPool', 'warm-pool', 'With which warm instances prove that they are ours', 43);
    this.cachePassword = platformSecret('CachePassword', 'cache', "Password of the platform's user at the cache");
  }

  /** ARN pattern of all customers' secrets of this stage. */
  get customerArnPattern(): string {
    return this.formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${this.customerPrefix}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
