import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface ServiceAlarmProps {
  topic: ITopic;
  metric: cloudwatch.IMetric;
  /** What is wrong and where to look first, for whoever is woken. */
  description: string;
  /** Sounds at this value and above. */
  threshold: number;
  /** Periods in a row that must be bad. */
  periods?: number;
}

/** Periods of metrics that alarms watch. */
export const alarmPeriod = Duration.minutes(5);

/** An alarm that tells the alarm topic when it sounds and when it ends. Silence of a metric is no reason to sound. */
export class ServiceAlarm extends cloudwatch.Alarm {
  constructor(scope: Construct, id: string, { topic, metric, description, threshold, periods = 1 }: ServiceAlarmProps) {
    super(scope, id, {
      metric,
      alarmDescription: description,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}
