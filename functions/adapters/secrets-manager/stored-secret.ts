import {
  DescribeSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { unlessRefused } from './requested.ts';
import { labelledVersion, labelOf, versionIdOf } from './version-names.ts';

/** A secret as Secrets Manager describes it. */
export interface DescribedSecret {
  arn: string;
  /** Whether it waits for its deletion: it can be restored, and not be read. */
  isDeleted: boolean;
  /** Versions that are to be found, ascending. */
  versions: number[];
  /** Labels by `VersionId`, of all versions that have any. */
  labels: Readonly<Record<string, string[]>>;
}

/** What there is by the name, with values left out; `undefined` where there is nothing. */
export async function describeSecret(client: SecretsManagerClient, secretId: string): Promise<DescribedSecret | undefined> {
  const answer = await unlessRefused(['ResourceNotFoundException'], () =>
    client.send(new DescribeSecretCommand({ SecretId: secretId })),
  );
  if (answer?.ARN === undefined) return undefined;
  const labels = answer.VersionIdsToStages ?? {};
  return { arn: answer.ARN, isDeleted: answer.DeletedDate !== undefined, versions: versionsOf(labels), labels };
}

/** The versions that labels name, ascending. */
export function versionsOf(labels: Readonly<Record<string, string[]>>): number[] {
  return Object.values(labels)
    .flatMap((ofVersion) => labelledVersion(ofVersion) ?? [])
    .sort((one, other) => one - other);
}

/**
 * Takes the labels from versions, so that they are found no more. Secrets Manager has no deletion of a version: it clears away what has
 * no label. Its own labels are taken too, where another version is there to have them; `AWSCURRENT` cannot be nowhere.
 */
export async function endVersions(
  client: SecretsManagerClient,
  { arn, versions, labels }: DescribedSecret,
  ended: readonly number[],
): Promise<void> {
  const update = (change: { VersionStage: string; RemoveFromVersionId: string; MoveToVersionId?: string }) =>
    // The version has not got the label any more, or the secret is deleted already: somebody else was faster.
    unlessRefused(['InvalidParameterException', 'InvalidRequestException', 'ResourceNotFoundException'], () =>
      client.send(new UpdateSecretVersionStageCommand({ SecretId: arn, ...change })),
    );
  for (const version of ended) {
    await update({ VersionStage: labelOf(version), RemoveFromVersionId: versionIdOf(version) });
  }
  const newest = versions.filter((version) => !ended.includes(version)).at(-1);
  if (newest === undefined) return;
  for (const id of ended.map(versionIdOf)) {
    const own = labels[id] ?? [];
    const isCurrent = own.includes('AWSCURRENT');
    if (isCurrent) {
      await update({ VersionStage: 'AWSCURRENT', RemoveFromVersionId: id, MoveToVersionId: versionIdOf(newest) });
    }
    // Whoever loses the one gets the other from Secrets Manager.
    if (isCurrent || own.includes('AWSPREVIOUS')) await update({ VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: id });
  }
}
