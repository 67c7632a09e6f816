import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** How long what was read is kept: as long as programs may go on with a secret that was rotated. */
const keptMilliseconds = 5 * 60_000;
/** How soon it is read again where somebody met what it does not explain; not more often, whatever strangers send. */
const soonestMilliseconds = 5_000;

/**
 * A secret of the platform itself, read when it is first needed, and again every few minutes. Nobody starts functions anew that are
 * called all the time, and tasks that are started after a rotation know the new secret alone.
 */
export class PlatformSecret {
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #arn: string;
  readonly #stage: string | undefined;
  #value: Promise<string | undefined> | undefined;
  #askedAt = 0;

  /** @param stage Label of the version that is read; the current one by default. A version with another label may not exist. */
  constructor(client: Pick<SecretsManagerClient, 'send'>, arn: string, stage?: 'AWSPREVIOUS') {
    this.#client = client;
    this.#arn = arn;
    this.#stage = stage;
  }

  /**
   * Any number of callers at once read it once. Where it could not be read, the next caller tries again; where it could not be read
   * again, it stays as it was.
   */
  async read(): Promise<string> {
    const value = await this.find();
    if (value === undefined) throw new Error('A secret of the platform has no such version.');
    return value;
  }

  /** The same for a version that may not exist: `undefined` then. */
  find(): Promise<string | undefined> {
    return this.#readAfter(keptMilliseconds);
  }

  /** The same for somebody who has met what another version may explain: some seconds old at most. */
  findNewest(): Promise<string | undefined> {
    return this.#readAfter(soonestMilliseconds);
  }

  #readAfter(milliseconds: number): Promise<string | undefined> {
    const now = performance.now();
    const known = this.#value;
    if (known !== undefined && now - this.#askedAt < milliseconds) return known;
    this.#askedAt = now;
    this.#value = this.#fetch().catch((error) => {
      if (known !== undefined) return known;
      this.#value = undefined;
      throw error;
    });
    return this.#value;
  }

  async #fetch(): Promise<string | undefined> {
    const VersionStage = this.#stage;
    const request = { SecretId: this.#arn, ...(VersionStage === undefined ? {} : { VersionStage }) };
    try {
      const { SecretString } = await this.#client.send(new GetSecretValueCommand(request));
      if (SecretString === undefined) throw new Error('A secret of the platform holds no text.');
      return SecretString;
    } catch (error) {
      // Never rotated: there is no version before.
      if (VersionStage !== undefined && error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }
}
