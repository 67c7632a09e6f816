import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';

/** The key that a setting names by its ARN, or else a new one. */
export function customerManagedKey(
  scope: Construct,
  id: string,
  arn: string | undefined,
  props: CustomerManagedKeyProps,
): kms.IKey {
  return arn === undefined ? new CustomerManagedKey(scope, id, props) : kms.Key.fromKeyArn(scope, id, arn);
}

export interface CustomerManagedKeyProps {
  settings: Settings;
  /** What it encrypts, for the console and the audit trail. */
  description: string;
  /** Last part of the alias `smartlead-mcp/<stage>/<name>`. */
  name: string;
}

/** An encryption key of our own: rotated every year, and 30 days to change one's mind after deleting it. */
export class CustomerManagedKey extends kms.Key {
  constructor(scope: Construct, id: string, { settings, description, name }: CustomerManagedKeyProps) {
    super(scope, id, {
      description,
      alias: `smartlead-mcp/${settings.stage}/${name}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
