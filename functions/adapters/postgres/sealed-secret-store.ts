import { sql } from 'kysely';
import type { Sealer } from '../../../core/sealer.ts';
import type { SecretReference, SecretStore } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';

/** Secrets in the table `sealed_secrets`. Name and version are bound into the seal, so a row's content opens nowhere else. */
export class PostgresSealedSecretStore implements SecretStore {
  readonly #database: Database;
  readonly #sealer: Sealer;

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  async put(name: string, value: string): Promise<SecretReference> {
    const { rows } = await sql<{ version: number }>`select nextval('secret_versions') as version`.execute(this.#database);
    const version = rows[0]?.version as number;
    const sealed = this.#sealer.seal(sealContext({ name, version }), value);
    await this.#database.insertInto('sealedSecrets').values({ name, version, sealed }).execute();
    return { name, version };
  }

  async get(reference: SecretReference): Promise<string> {
    const row = await repeatable(() =>
      this.#database
        .selectFrom('sealedSecrets')
        .select('sealed')
        .where('name', '=', reference.name)
        .where('version', '=', reference.version)
        .executeTakeFirst(),
    );
    if (row === undefined) throw new Error(`there is no secret ${reference.name} in version ${reference.version}`);
    return this.#sealer.open(sealContext(reference), row.sealed);
  }

  async delete(name: string): Promise<void> {
    await repeatable(() => this.#database.deleteFrom('sealedSecrets').where('name', '=', name).execute());
  }

  async deleteVersionsBefore({ name, version }: SecretReference): Promise<void> {
    await repeatable(() =>
      this.#database.deleteFrom('sealedSecrets').where('name', '=', name).where('version', '<', version).execute(),
    );
  }

  async list(): Promise<string[]> {
    const rows = await repeatable(() =>
      this.#database.selectFrom('sealedSecrets').select('name').distinct().orderBy('name').execute(),
    );
    return rows.map((row) => row.name);
  }
}

/** The version is last and has only digits, so two references never share a context. */
function sealContext({ name, version }: SecretReference): string {
  return `secret ${name} ${version}`;
}
