import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface ServiceAlarmProps {
  topic: ITopic;
  metric: cloudwatch.IMetric;
  /** What is wrong and where to look first, for whoever is woken. `docs/operations.md` goes on from there. */
  description: string;
  /** Sounds at this value and above. */
  threshold: number;
  /** Sounds below the threshold instead. */
  below?: boolean;
  /** Periods in a row that must be bad. */
  periods?: number;
  /** For a metric that is always there while all is well. */
  silenceIsBad?: boolean;
}

/** Periods of metrics that alarms watch. */
export const alarmPeriod = Duration.minutes(5);

/**
 * An alarm that tells the alarm topic when it sounds and when it ends. It is called after its stack and its constructs, such as
 * `smartlead-mcp-prod-data-plane-RouterNotReady`, so that it is found in `docs/operations.md`.
 */
export class ServiceAlarm extends cloudwatch.Alarm {
  constructor(scope: Construct, id: string, { topic, metric, description, threshold, ...props }: ServiceAlarmProps) {
    const { below = false, periods = 1, silenceIsBad = false } = props;
    const stack = Stack.of(scope);
    const within = scope.node.scopes.slice(scope.node.scopes.indexOf(stack) + 1).map(({ node }) => node.id);
    super(scope, id, {
      alarmName: [stack.stackName, ...within, id].join('-'),
      metric,
      alarmDescription: description,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: below
        ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        : cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: silenceIsBad ? cloudwatch.TreatMissingData.BREACHING : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}
