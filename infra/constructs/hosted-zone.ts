import * as route53 from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';

export interface HostedZoneProps {
  settings: Pick<Settings, 'hostedZoneId' | 'hostedZoneName'>;
  /** The deployment's domain, which is the zone's name where nothing else is said. */
  domainName: string;
}

/** The Route 53 zone that is there already, where our names and proofs are published. */
export class HostedZone extends Construct {
  readonly zone: route53.IHostedZone;

  constructor(scope: Construct, id: string, { settings, domainName }: HostedZoneProps) {
    super(scope, id);
    this.zone = route53.HostedZone.fromHostedZoneAttributes(this, 'Attributes', {
      hostedZoneId: settings.hostedZoneId ?? '',
      zoneName: settings.hostedZoneName ?? domainName,
    });
  }
}
