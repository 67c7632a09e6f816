import { Stack, type StackProps } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { HostedZone } from '../constructs/hosted-zone.ts';
import { WebFirewall } from '../constructs/web-firewall.ts';
import { dashboardHost } from '../names.ts';

export interface EdgeStackProps extends StackProps {
  settings: Settings;
}

/** What CloudFront takes from us-east-1 alone, wherever the rest is. */
export class EdgeStack extends Stack {
  /** In front of all distributions. */
  readonly firewallArn: string;
  /** Of the dashboard; `undefined` where there is no domain. */
  readonly dashboardCertificate: acm.ICertificate | undefined;

  constructor(scope: Construct, id: string, { settings, ...props }: EdgeStackProps) {
    super(scope, id, props);
    this.firewallArn = new WebFirewall(this, 'Firewall', { settings, name: 'edge', scope: 'CLOUDFRONT' }).arn;
    const { domainName } = settings;
    this.dashboardCertificate =
      domainName === undefined
        ? undefined
        : new acm.Certificate(this, 'DashboardCertificate', {
            domainName: dashboardHost(domainName),
            validation: acm.CertificateValidation.fromDns(new HostedZone(this, 'Zone', { settings, domainName }).zone),
          });
  }
}
