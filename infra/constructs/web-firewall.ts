import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { RetainedLogGroup } from './retained-log-group.ts';

export interface WebFirewallProps {
  settings: Settings;
  /** Last part of its names, such as `mcp`. */
  name: string;
  /** What it stands in front of: distributions of CloudFront (then it has to be in us-east-1), or a load balancer. */
  scope: 'CLOUDFRONT' | 'REGIONAL';
}

/**
 * Rules of AWS that would refuse honest MCP clients, and so only count. Bodies are JSON of up to 4 MB with the texts of campaigns in
 * them: HTML, links and whatever else a mail holds, none of which is ever run here. Programs need not say who they are.
 * Source: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
const onlyCounted = {
  AWSManagedRulesCommonRuleSet: [
    'NoUserAgent_HEADER',
    'SizeRestrictions_BODY',
    'EC2MetaDataSSRF_BODY',
    'GenericLFI_BODY',
    'GenericRFI_BODY',
    'CrossSiteScripting_BODY',
  ],
  AWSManagedRulesKnownBadInputsRuleSet: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY'],
} as const;

/** Headers that hold tokens. */
const secretHeaders = ['authorization', 'x-api-key', 'cookie'];

/**
 * What the public doors let in: hosted MCP clients by their published ranges, then everybody who is no flood and looks like no attack
 * that AWS knows. What was refused or counted is logged without tokens; samples, which AWS shows with all headers, are off.
 */
export class WebFirewall extends Construct {
  readonly arn: string;
  /** Metric of all requests that were refused. */
  readonly metricName: string;

  constructor(scope: Construct, id: string, { settings, name, scope: where }: WebFirewallProps) {
    super(scope, id);
    const fullName = `smartlead-mcp-${settings.stage}-${name}`;
    this.metricName = fullName;
    const clients = new wafv2.CfnIPSet(this, 'McpClients', {
      name: `${fullName}-clients`,
      description: 'Where hosted MCP clients call from',
      scope: where,
      ipAddressVersion: 'IPV4',
      addresses: settings.mcpClientRanges,
    });
    const seen = (metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty => ({
      cloudWatchMetricsEnabled: true,
      metricName,
      sampledRequestsEnabled: false,
    });
    const firewall = new wafv2.CfnWebACL(this, 'Rules', {
      name: fullName,
      description: 'What the public doors let in',
      scope: where,
      defaultAction: { allow: {} },
      visibilityConfig: seen(fullName),
      rules: [
        {
          name: 'McpClients',
          priority: 0,
          statement: { ipSetReferenceStatement: { arn: clients.attrArn } },
          action: { allow: {} },
          visibilityConfig: seen(`${fullName}-clients`),
        },
        {
          name: 'Floods',
          priority: 1,
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: settings.firewallRequestsPerAddress,
              evaluationWindowSec: 300,
            },
          },
          // As the router says it, so that clients wait and come back.
          action: { block: { customResponse: { responseCode: 429, responseHeaders: [{ name: 'retry-after', value: '60' }] } } },
          visibilityConfig: seen(`${fullName}-floods`),
        },
        ...Object.entries(onlyCounted).map(
          ([group, rules], index): wafv2.CfnWebACL.RuleProperty => ({
            name: group,
            priority: 2 + index,
            statement: {
              managedRuleGroupStatement: {
                vendorName: 'AWS',
                name: group,
                ruleActionOverrides: rules.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
              },
            },
            overrideAction: { none: {} },
            visibilityConfig: seen(`${fullName}-${group}`),
          }),
        ),
      ],
    });
    this.arn = firewall.attrArn;
    this.#keepLog(settings, name);
  }

  /** AWS takes only log groups whose names start like this. */
  #keepLog(settings: Settings, name: string): void {
    const logGroup = new RetainedLogGroup(this, 'Logs', {
      settings,
      logGroupName: `aws-waf-logs-smartlead-mcp-${settings.stage}-${name}`,
    });
    new wafv2.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.arn,
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroup.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      // Nothing of ours takes a token in a query string, which does not keep anybody from sending one.
      redactedFields: [...secretHeaders.map((header) => ({ singleHeader: { Name: header } })), { queryString: {} }],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((action) => ({ ActionCondition: { Action: action } })),
          },
        ],
      },
    });
  }
}
