import type { WorkspaceRole } from '../../../core/roles.ts';
import type { ApiEvent, ApiHandler, HandlerResult, HostContext } from '../../../functions/api/host.ts';
import { createApiHandler } from '../../../functions/api/resources.ts';
import { createInMemoryPlatform, type InMemoryPlatform } from '../in-memory/platform.ts';

export interface CallOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  rawBody?: string;
  headers?: Record<string, string>;
  /** Access token. */
  token?: string | undefined;
  /** Refresh token, sent as cookie. */
  refreshToken?: string | undefined;
  address?: string;
  context?: HostContext;
}

/** Answer of the API; `json` is typed loosely because tests look at it field by field. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what the answer is; a type would only pretend to know.
  json: any;
  /** The body of a streamed answer. */
  stream: AsyncIterable<string> | undefined;
}

/** Speaks to the API as a host does: through events, at the one handler of the whole API. */
export class ApiClient {
  readonly #handler: ApiHandler;

  constructor(handler: ApiHandler) {
    this.#handler = handler;
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const result = await this.#handler(apiEvent(method, path, options), options.context ?? {});
    return answerOf(result);
  }
}

/** The event that API Gateway would send. */
export function apiEvent(method: string, path: string, options: CallOptions = {}): ApiEvent {
  const body = options.rawBody ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const [rawPath = '', rawQueryString = ''] = path.split('?', 2);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: {
      host: '127.0.0.1:8080',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(options.refreshToken === undefined ? {} : { cookies: [`refresh_token=${options.refreshToken}`] }),
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: '127.0.0.1',
      domainPrefix: '127',
      requestId: 'test-request-0001',
      routeKey: '$default',
      stage: '$default',
      time: '22/Nov/2026:08:00:00 +0000',
      timeEpoch: 1_795_334_400_000,
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: options.address ?? '192.0.2.1', userAgent: 'test' },
    },
  };
}

function answerOf(result: HandlerResult): Answer {
  const text = typeof result.body === 'string' ? result.body : '';
  return {
    status: result.statusCode,
    headers: result.headers,
    cookies: result.cookies ?? [],
    text,
    json: /json/u.test(result.headers['content-type'] ?? '') ? JSON.parse(text) : undefined,
    stream: typeof result.body === 'string' ? undefined : result.body,
  };
}

export interface Person {
  userId: string;
  workspaceId: string;
  token: string;
  refreshToken: string;
}

/** An API on a platform of fakes. */
export function createApi(): { platform: InMemoryPlatform; api: ApiClient } {
  const platform = createInMemoryPlatform();
  return { platform, api: new ApiClient(createApiHandler(platform)) };
}

export const password = 'a long pass phrase';

/** Signs up an account through the API. The first one of a platform is its operator. */
export async function signUp(api: ApiClient, email = 'ada@example.com'): Promise<Person> {
  const answer = await api.call('POST', '/v1/auth/sign-up', { body: { email, password } });
  if (answer.status !== 201) throw new Error(`sign-up answered ${answer.text}`);
  return {
    userId: answer.json.user.id,
    workspaceId: answer.json.workspace.id,
    token: answer.json.accessToken,
    refreshToken: refreshTokenOf(answer),
  };
}

/** The access token of somebody with another role in a workspace. */
export async function tokenFor(
  platform: InMemoryPlatform,
  workspaceId: string,
  role: WorkspaceRole,
  operator = false,
): Promise<string> {
  const subject = { userId: `usr_${role}`, workspaceId, role, operator };
  return (await platform.localSignIn.accessTokens.issue(subject)).accessToken;
}

/** The refresh token that an answer sets; empty where it clears it. */
export function refreshTokenOf(answer: Answer): string {
  const cookie = answer.cookies.find((text) => text.startsWith('refresh_token='));
  return cookie?.slice('refresh_token='.length).split(';')[0] ?? '';
}

export const smartleadKey = 'demo-canary-key-4f1c';

/** Stores a key through the API. Answers its id. */
export async function createKey(api: ApiClient, token: string, apiKey = smartleadKey): Promise<string> {
  const answer = await api.call('POST', '/v1/keys', { token, body: { label: 'Main account', apiKey } });
  if (answer.status !== 201) throw new Error(`creating a key answered ${answer.text}`);
  return answer.json.id;
}

/** Creates an instance through the API. Answers its id. */
export async function createInstance(api: ApiClient, token: string, keyId: string, settings: object = {}): Promise<string> {
  const answer = await api.call('POST', '/v1/instances', { token, body: { name: 'Campaigns', keyId, ...settings } });
  if (answer.status !== 201) throw new Error(`creating an instance answered ${answer.text}`);
  return answer.json.id;
}

/** A workspace with one key and one instance, whose status is as the lifecycle workflow would have left it. */
export async function createRunningInstance() {
  const { platform, api } = createApi();
  const owner = await signUp(api);
  const keyId = await createKey(api, owner.token);
  const instanceId = await createInstance(api, owner.token, keyId);
  await platform.instances.update(instanceId, { status: 'running', statusReason: 'Running.', nextStep: null });
  platform.lifecycle.requests.length = 0;
  return { platform, api, owner, keyId, instanceId };
}

/** The `{path, message}` list of a problem as `path: message` lines. */
export function errorsOf(answer: Answer): string[] {
  return (answer.json.errors ?? []).map((error: { path: string; message: string }) => `${error.path}: ${error.message}`);
}

/** The last part of a problem's `type`. */
export function problemOf(answer: Answer): string {
  return String(answer.json?.type).replace('urn:smartlead-mcp:problem:', '');
}
