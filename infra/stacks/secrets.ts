import { ArnFormat, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { CustomerManagedKey } from '../constructs/customer-managed-key.ts';

export interface SecretsStackProps extends StackProps {
  settings: Settings;
}

/**
 * What customers' secrets are sealed with. The secrets themselves, one for each Smartlead key, are made by the API at run time
 * below {@link SecretsStack.namePrefix}; permissions are given on that prefix.
 */
export class SecretsStack extends Stack {
  readonly encryptionKey: CustomerManagedKey;
  /** Such as `smartlead-mcp/prod/`. */
  readonly namePrefix: string;

  constructor(scope: Construct, id: string, { settings, ...props }: SecretsStackProps) {
    super(scope, id, props);
    this.namePrefix = `smartlead-mcp/${settings.stage}/`;
    this.encryptionKey = new CustomerManagedKey(this, 'EncryptionKey', {
      settings,
      name: 'customer-secrets',
      description: "Encrypts customers' Smartlead keys and the secrets of their instances",
    });
  }

  /** ARN pattern of all customers' secrets of this stage. */
  get arnPattern(): string {
    return this.formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${this.namePrefix}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
