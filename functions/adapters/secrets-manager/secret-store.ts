import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  RestoreSecretCommand,
  type SecretListEntry,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { ProblemError } from '../../../core/problem.ts';
import type { Clock, KeySecretLocator, SecretReference, SecretStore, StoredSecret } from '../../ports.ts';
import type { SecretInventory } from '../dynamodb/resource-inventory.ts';
import { requested, unlessRefused } from './requested.ts';
import { type DescribedSecret, describeSecret, endVersions, versionsOf } from './stored-secret.ts';
import { labelOf, versionIdOf } from './version-names.ts';

export interface SecretsManagerSettings {
  /** Before the name of each secret, such as `smartlead-mcp/prod/keys/`. */
  namePrefix: string;
  /** ARN of the customer-managed key that seals the secrets. */
  keyArn: string;
  /** For how many days a deleted secret can be restored, 7 to 30. Costs nothing. */
  recoveryDays?: number;
}

/** How often a write is tried that others keep undoing. */
const writeAttempts = 8;

/** Version of a secret that has none: somebody ended between making the secret and putting its first value, or before deleting it. */
const noVersion = 0;

/**
 * Secrets in Secrets Manager, one for each name. A version is the time at which it was put, in milliseconds since 1970, or one more than
 * the newest version there is, whichever is later: numbers grow and never come again, whoever puts, by whichever clock, without anything
 * that counts.
 *
 * A version is there as long as it has its own staging label. All versions of a secret have 20 labels at most, of which Secrets Manager
 * needs two: more than 18 are there only where that many rotations within an hour broke off.
 */
export class SecretsManagerStore implements SecretStore, SecretInventory, KeySecretLocator {
  readonly #client: SecretsManagerClient;
  readonly #settings: Required<SecretsManagerSettings>;
  readonly #clock: Clock;
  #lastVersion = 0;

  constructor(client: SecretsManagerClient, settings: SecretsManagerSettings, clock: Clock) {
    this.#client = client;
    this.#settings = { recoveryDays: 30, ...settings };
    this.#clock = clock;
  }

  /** @param after A version that was put elsewhere, and that the new one has to come after. */
  async put(name: string, value: string, after = noVersion): Promise<SecretReference> {
    for (;;) {
      // Clocks differ: the number alone says later which of two versions is the older one, which goes.
      const newest = (await this.describe(name))?.versions.at(-1) ?? noVersion;
      this.#lastVersion = Math.max(this.#clock.now().getTime(), this.#lastVersion + 1, newest + 1, after + 1);
      const reference = { name, version: this.#lastVersion };
      if (await this.#putVersion(reference, value)) return reference;
    }
  }

  async get(reference: SecretReference): Promise<string> {
    const value = await this.find(reference);
    if (value === undefined) throw noSuchVersion(reference);
    return value;
  }

  /** As `get`; `undefined` where the version does not exist, or where its secret waits for its deletion. One request. */
  async find({ name, version }: SecretReference): Promise<string | undefined> {
    const answer = await unlessRefused(['ResourceNotFoundException', 'InvalidRequestException'], () =>
      this.#client.send(new GetSecretValueCommand({ SecretId: this.#idOf(name), VersionId: versionIdOf(version) })),
    );
    return answer?.VersionStages?.includes(labelOf(version)) === true ? answer.SecretString : undefined;
  }

  /**
   * As `find`, also where the secret waits for its deletion although the version is to be found. That is so where it was put while
   * somebody deleted what had been there before, and ended before seeing that.
   */
  async recover(reference: SecretReference): Promise<string | undefined> {
    const secret = await this.describe(reference.name);
    if (secret?.versions.includes(reference.version) !== true) return undefined;
    if (secret.isDeleted) await this.#restore(reference.name);
    return this.find(reference);
  }

  /** Puts a version of a known number, such as one that was kept elsewhere meanwhile. No error where it is there already. */
  async putBack(reference: SecretReference, value: string): Promise<void> {
    const { name, version } = reference;
    if (!(await this.#putVersion(reference, value))) throw new Error(`Version ${version} of ${name} has another value.`);
    // A version that was ended and not cleared away yet is not put again, so it has no label.
    const secret = await this.describe(name);
    if (secret === undefined || secret.versions.includes(version)) return;
    await requested(() =>
      this.#client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: secret.arn,
          VersionStage: labelOf(version),
          MoveToVersionId: versionIdOf(version),
        }),
      ),
    );
  }

  async delete(name: string): Promise<void> {
    const secret = await this.describe(name);
    if (secret === undefined || (secret.isDeleted && secret.versions.length === 0)) return;
    if (secret.isDeleted) await this.#restore(name);
    await this.#end(name, secret, secret.versions);
  }

  async deleteVersionsBefore({ name, version }: SecretReference): Promise<void> {
    const secret = await this.describe(name);
    const older = secret?.versions.filter((present) => present < version) ?? [];
    if (secret !== undefined && !secret.isDeleted && older.length > 0) await this.#end(name, secret, older);
  }

  /** Deletes these versions, and the secret where there is no other one. */
  async deleteVersions(name: string, versions: readonly number[]): Promise<void> {
    const secret = await this.describe(name);
    if (secret === undefined || secret.isDeleted) return;
    const present = secret.versions.filter((version) => versions.includes(version));
    await this.#end(name, secret, present);
  }

  async deleteVersion({ name, version }: SecretReference): Promise<void> {
    await this.deleteVersions(name, [version]);
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name, versions } of this.#listed()) if (versions.length > 0) names.push(name);
    return names.sort();
  }

  /** Up to five minutes late, as all lists of Secrets Manager. A secret without any version is listed as version 0, to be deleted. */
  async listVersions(): Promise<StoredSecret[]> {
    const stored: StoredSecret[] = [];
    for await (const { name, versions, changedAt } of this.#listed()) {
      for (const version of versions) stored.push({ name, version, createdAt: new Date(version).toISOString() });
      if (versions.length === 0) stored.push({ name, version: noVersion, createdAt: changedAt.toISOString() });
    }
    return stored;
  }

  async hasVersion({ name, version }: SecretReference): Promise<boolean> {
    return (await this.describe(name))?.versions.includes(version) === true;
  }

  async locate(reference: SecretReference): Promise<{ arn: string; versionId: string }> {
    const place = await this.findPlace(reference);
    if (place === undefined) throw noSuchVersion(reference);
    return place;
  }

  /** As `locate`; `undefined` where the version does not exist, or where its secret waits for its deletion. One request. */
  async findPlace({ name, version }: SecretReference): Promise<{ arn: string; versionId: string } | undefined> {
    const secret = await this.describe(name);
    if (secret === undefined || secret.isDeleted || !secret.versions.includes(version)) return undefined;
    return { arn: secret.arn, versionId: versionIdOf(version) };
  }

  describe(name: string): Promise<DescribedSecret | undefined> {
    return describeSecret(this.#client, this.#idOf(name));
  }

  /** Answers whether the version has this value now: another value was put with its number where not. */
  async #putVersion({ name, version }: SecretReference, value: string): Promise<boolean> {
    const command = new PutSecretValueCommand({
      SecretId: this.#idOf(name),
      ClientRequestToken: versionIdOf(version),
      SecretString: value,
      VersionStages: [labelOf(version)],
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await requested(() => this.#client.send(command));
        return true;
      } catch (error) {
        const { name: refusal } = error as Error;
        if (refusal === 'ResourceExistsException') return false;
        if (refusal === 'LimitExceededException') throw tooManyVersions(error);
        if (attempt === writeAttempts) throw error;
        if (refusal === 'ResourceNotFoundException') await this.#create(name);
        else if (refusal === 'InvalidRequestException') await this.#restore(name);
        else throw error;
      }
    }
  }

  /** Makes the secret without a value, so that every version is put in the same way. No error where it is there, or waits for its deletion. */
  async #create(name: string): Promise<void> {
    await unlessRefused(['ResourceExistsException', 'InvalidRequestException'], () =>
      this.#client.send(new CreateSecretCommand({ Name: this.#idOf(name), KmsKeyId: this.#settings.keyArn })),
    );
  }

  /** No error where it does not wait for its deletion any more. */
  async #restore(name: string): Promise<void> {
    await unlessRefused(['InvalidRequestException'], () =>
      this.#client.send(new RestoreSecretCommand({ SecretId: this.#idOf(name) })),
    );
  }

  async #end(name: string, secret: DescribedSecret, versions: readonly number[]): Promise<void> {
    await endVersions(this.#client, secret, versions);
    if (secret.versions.some((version) => !versions.includes(version))) return;
    await unlessRefused(['ResourceNotFoundException', 'InvalidRequestException'], () =>
      this.#client.send(new DeleteSecretCommand({ SecretId: secret.arn, RecoveryWindowInDays: this.#settings.recoveryDays })),
    );
    // A version that was put meanwhile is not to go with the others.
    const after = await this.describe(name);
    if (after?.isDeleted === true && after.versions.length > 0) await this.#restore(name);
  }

  async *#listed(): AsyncGenerator<{ name: string; versions: number[]; changedAt: Date }, void, undefined> {
    const { namePrefix } = this.#settings;
    const pages = paginateListSecrets(
      { client: this.#client },
      { Filters: [{ Key: 'name', Values: [namePrefix] }], MaxResults: 100 },
    );
    for (let page = await requested(() => pages.next()); !page.done; page = await requested(() => pages.next())) {
      for (const entry of page.value.SecretList ?? []) {
        if (entry.Name?.startsWith(namePrefix) !== true) continue;
        const name = entry.Name.slice(namePrefix.length);
        yield { name, versions: versionsOf(entry.SecretVersionsToStages ?? {}), changedAt: lastChange(entry) };
      }
    }
  }

  #idOf(name: string): string {
    return `${this.#settings.namePrefix}${name}`;
  }
}

export function noSuchVersion({ name, version }: SecretReference): Error {
  return new Error(`There is no secret ${name} in version ${version}.`);
}

function lastChange({ LastChangedDate, CreatedDate }: SecretListEntry): Date {
  return LastChangedDate ?? CreatedDate ?? new Date(0);
}

function tooManyVersions(cause: unknown): ProblemError {
  return new ProblemError('not-available', {
    detail: 'This key was replaced too often within a short time. Try again in an hour.',
    retryAfter: 3600,
    cause,
  });
}
