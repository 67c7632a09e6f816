import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiResources } from '../../functions/api/resources.ts';
import { actionOf } from './aws-calls.ts';
import { type PackageUse, ReachableCode } from './reachable-code.ts';
import { TypedSources } from './typed-sources.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a function does with an item, a list of items or a condition, by the name of ElectroDB's method. */
const requestsOfElectro: Readonly<Record<string, 'read' | 'write'>> = {
  ...{ get: 'read', query: 'read', match: 'read', find: 'read' },
  ...{ put: 'write', create: 'write', upsert: 'write', update: 'write', patch: 'write', delete: 'write', remove: 'write' },
};

/** Reads the types of all functions' sources. */
export async function readFunctionSources(): Promise<TypedSources> {
  const folder = await mkdtemp(join(tmpdir(), 'function-sources-'));
  const configuration = join(folder, 'tsconfig.json');
  await writeFile(
    configuration,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [join(root, 'functions/lambda/**/*.ts')], exclude: [] }),
  );
  try {
    return new TypedSources(root, configuration);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What a function can ask AWS for: IAM actions, and for the table `read` and `write`. Secrets of the platform are told from customers'.
 * @param name Of its bundle.
 */
export function reachableCalls(sources: TypedSources, name: string, entry: string): Set<string> {
  const { uses } = new ReachableCode(sources, entry, notRunFor(name));
  return new Set(uses.flatMap(callOf));
}

/** Middleware that looks at what the routes say of themselves, and does nothing where none of a resource says it. */
function notRunFor(name: string): (source: string) => boolean {
  const routes = apiResources.find((resource) => resource.name === name)?.routes;
  if (routes === undefined) return () => false;
  const idle = [
    // API Gateway limits requests; the platform has no limiter there.
    'middleware/request-rate.ts',
    ...(routes.some(({ idempotent }) => idempotent) ? [] : ['middleware/idempotency.ts']),
    ...(routes.some(({ auditAction }) => auditAction !== undefined)
      ? []
      : ['middleware/audit-trail.ts', 'append-audit-entry.ts']),
    ...(routes.some(({ access }) => access !== 'public') ? [] : ['middleware/authentication.ts']),
  ];
  return (source) => idle.some((file) => source === `functions/api/${file}`);
}

function callOf({ package: from, name, declaredIn, source }: PackageUse): string[] {
  if (from === 'electrodb') {
    const kind = /^(Entity|Transact\w+Entity)$/.test(declaredIn) ? requestsOfElectro[name] : undefined;
    return kind === undefined ? [] : [`table: ${kind}`];
  }
  if (from === '@aws-sdk/rds-signer') return name === 'Signer' ? ['rds-db:connect'] : [];
  const action = actionOf(from, name);
  if (action === undefined) return [];
  const isOfPlatform = /\/(platform-secret|aws-billing-database)\.ts$/.test(source);
  return [isOfPlatform ? `${action} of the platform` : action];
}
