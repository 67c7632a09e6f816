import { parseDataPlaneSecret, secretRing } from '../../core/data-plane-secret.ts';
import { RouteSeals } from '../adapters/dynamodb/sealed-again/routes.ts';
import { SealedSecretSeals } from '../adapters/dynamodb/sealed-again/sealed-secrets.ts';
import { WebhookSecretSeals } from '../adapters/dynamodb/sealed-again/webhook-secrets.ts';
import type { PlatformTable } from '../adapters/dynamodb/table.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import { SealRenewal } from '../instance-manager/seal-renewal.ts';
import { sealersOf } from './aws-sealers.ts';

/**
 * The chore of the manager that keeps what lies sealed in the table for longer than a secret serves; none where nothing was ever sealed
 * with another secret than this.
 * @param stored The secret of the data plane, as it is stored.
 */
export function sealRenewalChores(table: PlatformTable, stored: string, report: ReportIncident) {
  if (secretRing(parseDataPlaneSecret(stored)).others.length === 0) return [];
  const { dataPlane, records } = sealersOf(stored);
  const renewal = new SealRenewal({
    values: {
      routes: new RouteSeals(table, dataPlane),
      'access tokens of instances': new SealedSecretSeals(table, dataPlane),
      'secrets of webhooks': new WebhookSecretSeals(table, records),
    },
    report,
  });
  return [{ everyMilliseconds: () => renewal.pauseMilliseconds, work: () => renewal.run() }];
}
