import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** How long what was read is kept: as long as programs may go on with a secret that was rotated. */
const keptMilliseconds = 5 * 60_000;

/**
 * A secret of the platform itself, read when it is first needed, and again every few minutes. Nobody starts functions anew that are
 * called all the time, and tasks that are started after a rotation know the new secret alone.
 */
export class PlatformSecret {
  readonly #client: Pick<SecretsManagerClient, 'send'>;
  readonly #arn: string;
  #value: Promise<string> | undefined;
  #askedAt = 0;

  constructor(client: Pick<SecretsManagerClient, 'send'>, arn: string) {
    this.#client = client;
    this.#arn = arn;
  }

  /**
   * Any number of callers at once read it once. Where it could not be read, the next caller tries again; where it could not be read
   * again, it stays as it was.
   */
  read(): Promise<string> {
    const now = performance.now();
    const known = this.#value;
    if (known !== undefined && now - this.#askedAt < keptMilliseconds) return known;
    this.#askedAt = now;
    this.#value = this.#fetch().catch((error) => {
      if (known !== undefined) return known;
      this.#value = undefined;
      throw error;
    });
    return this.#value;
  }

  async #fetch(): Promise<string> {
    const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#arn }));
    if (SecretString === undefined) throw new Error('A secret of the platform holds no text.');
    return SecretString;
  }
}
