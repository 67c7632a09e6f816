import * as budgets from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';

export interface MonthlyBudgetProps {
  settings: Settings;
  topic: ITopic;
}

/** In percent: what was spent, and what will be by the end of the month as it looks now. */
const spentThresholds = [50, 80, 100];
const forecastThreshold = 100;

/**
 * Tells the alarm topic of money. It counts the whole account: costs by tag would need tags that somebody has to activate by hand in
 * the billing console first, and until then would stay silent.
 */
export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, { settings, topic }: MonthlyBudgetProps) {
    super(scope, id);
    const subscribers = [{ subscriptionType: 'SNS', address: topic.topicArn }];
    const notification = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold, thresholdType: 'PERCENTAGE' },
      subscribers,
    });
    new budgets.CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `smartlead-mcp-${settings.stage}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: settings.monthlyBudgetDollars, unit: 'USD' },
      },
      notificationsWithSubscribers: [
        ...spentThresholds.map((threshold) => notification('ACTUAL', threshold)),
        notification('FORECASTED', forecastThreshold),
      ],
    });
  }
}
