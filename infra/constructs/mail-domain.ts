import * as route53 from 'aws-cdk-lib/aws-route53';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { HostedZone } from './hosted-zone.ts';

export interface MailDomainProps {
  settings: Settings;
  /** Domain of the sender, in the zone of the deployment. */
  domain: string;
}

/**
 * The domain that the service's mail comes from, proved to SES and signed for by records in our zone. What others are to do with mail that
 * is not signed (DMARC) is for the owner of the domain to say, who may have said it already.
 */
export class MailDomain extends Construct {
  constructor(scope: Construct, id: string, { settings, domain }: MailDomainProps) {
    super(scope, id);
    const { zone } = new HostedZone(this, 'Zone', { settings, domainName: settings.domainName ?? domain });
    const sender = new ses.EmailIdentity(this, 'Sender', { identity: ses.Identity.domain(domain) });
    for (const [index, { name, value }] of sender.dkimRecords.entries()) {
      // A record of the lowest class: the name is only known when SES has made it, and the toolkit would append the zone's to it.
      new route53.CfnRecordSet(this, `Signature${index + 1}`, {
        hostedZoneId: zone.hostedZoneId,
        name,
        type: 'CNAME',
        ttl: '1800',
        resourceRecords: [value],
      });
    }
  }
}
