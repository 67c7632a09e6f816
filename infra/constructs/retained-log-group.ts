import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';

export interface RetainedLogGroupProps {
  settings: Settings;
  /** Only where a service dictates the name; else CloudFormation makes one. */
  logGroupName?: string;
}

/** A log group that forgets after the stage's retention period, and outlives its stack where data is protected. */
export class RetainedLogGroup extends logs.LogGroup {
  constructor(scope: Construct, id: string, { settings, ...props }: RetainedLogGroupProps) {
    super(scope, id, {
      ...props,
      // The enumeration's values are the numbers of days.
      retention: settings.logRetentionDays as logs.RetentionDays,
      removalPolicy: settings.protectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
