import { ApiProblem, unreachableProblem } from '../api/problem.ts';

/** Where people sign in: at the service itself, or at an Amazon Cognito user pool. */
export type SignInConfiguration =
  | { kind: 'local' }
  | {
      kind: 'cognito';
      region: string;
      userPoolId: string;
      clientId: string;
      /** Base URL of an emulator; AWS's own for the region where there is none. */
      endpoint?: string;
    };

/** What one deployment of the dashboard differs in from another; the build is the same for all. */
export interface Configuration {
  /** Base URL of the REST API without a trailing slash; empty for the origin that the dashboard comes from. */
  apiUrl: string;
  signIn: SignInConfiguration;
}

/** Local accounts are behind a cookie of one site, so their API is where the dashboard is. */
const selfHosted: Configuration = { apiUrl: '', signIn: { kind: 'local' } };

/**
 * Reads `/config.json` from beside the dashboard. A server without that file is a self-hosted one: it answers 404, or the dashboard's
 * own page as it does for every unknown address. Rejects with ApiProblem where the file cannot be had or is not right: signing in at
 * the wrong place would be worse than not at all.
 */
export async function loadConfiguration(): Promise<Configuration> {
  let response: Response;
  try {
    response = await fetch('/config.json');
  } catch {
    throw unreachableProblem();
  }
  if (response.status === 404 || response.status === 403) return selfHosted;
  if (!response.ok)
    throw configurationProblem(`Its configuration was answered with HTTP status ${response.status}.`, response.status);
  if (!response.headers.get('content-type')?.includes('json')) return selfHosted;
  return readConfiguration(await response.json().catch(() => undefined));
}

/** Checks what the file says. Throws ApiProblem with the name of what is wrong in it. */
export function readConfiguration(content: unknown): Configuration {
  const file = recordOf(content, 'the file');
  const apiUrl = textOf(file, 'apiUrl').replace(/\/+$/, '');
  if (apiUrl !== '' && !URL.canParse(apiUrl)) throw wrong('apiUrl');
  const signIn = recordOf(file.signIn, 'signIn');
  if (signIn.kind === 'local') return { apiUrl, signIn: { kind: 'local' } };
  if (signIn.kind !== 'cognito') throw wrong('signIn.kind');
  return {
    apiUrl,
    signIn: {
      kind: 'cognito',
      region: nameOf(signIn, 'region'),
      userPoolId: nameOf(signIn, 'userPoolId'),
      clientId: nameOf(signIn, 'clientId'),
      ...(signIn.endpoint === undefined ? {} : { endpoint: nameOf(signIn, 'endpoint') }),
    },
  };
}

function recordOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name);
  return value as Record<string, unknown>;
}

function textOf(record: Record<string, unknown>, name: string): string {
  const value = record[name];
  if (typeof value !== 'string') throw wrong(name);
  return value;
}

function nameOf(record: Record<string, unknown>, name: string): string {
  const value = textOf(record, name);
  if (value === '') throw wrong(`signIn.${name}`);
  return value;
}

function wrong(name: string): ApiProblem {
  return configurationProblem(
    `In its config.json, ${name} is missing or not right. Whoever runs this service has to mend it.`,
    -1,
  );
}

function configurationProblem(detail: string, status: number): ApiProblem {
  return new ApiProblem({ type: 'configuration', title: 'The dashboard is not set up', status, detail });
}
