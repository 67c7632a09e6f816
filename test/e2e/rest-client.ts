const password = 'correct horse battery staple';

/** A customer's program at the REST API: sends JSON with a bearer token, answers status, headers and body. */
export interface RestAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes and assert on them
  body: any;
}

export class RestClient {
  readonly baseUrl: string;
  accessToken: string | undefined;

  constructor(baseUrl: string, accessToken?: string) {
    this.baseUrl = baseUrl;
    this.accessToken = accessToken;
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<RestAnswer> {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(this.accessToken === undefined ? {} : { authorization: `Bearer ${this.accessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  get(path: string) {
    return this.request('GET', path);
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}) {
    return this.request('POST', path, body, headers);
  }

  patch(path: string, body: unknown) {
    return this.request('PATCH', path, body);
  }

  delete(path: string) {
    return this.request('DELETE', path);
  }

  /** Signs up a new account and acts as it from then on. */
  async signUp(email = `owner-${crypto.randomUUID()}@example.com`): Promise<RestAnswer> {
    const answer = await this.post('/v1/auth/sign-up', { email, password, name: 'Olive Owner' });
    if (answer.status === 201) this.accessToken = answer.body.accessToken;
    return answer;
  }

  async signIn(email: string): Promise<RestAnswer> {
    const answer = await this.post('/v1/auth/sign-in', { email, password });
    if (answer.status === 200) this.accessToken = answer.body.accessToken;
    return answer;
  }

  /** Creates key, instance and token, and waits until the instance runs. */
  async createRunningInstance({ apiKey, ...settings }: { apiKey?: string; name?: string; mode?: string; policy?: string } = {}) {
    const key = await this.post('/v1/keys', { label: 'Main account', apiKey: apiKey ?? `demo-${crypto.randomUUID()}` });
    if (key.status !== 201) throw new Error(`key: ${key.status} ${JSON.stringify(key.body)}`);
    const instance = await this.post('/v1/instances', { name: 'Outreach', keyId: key.body.id, ...settings });
    if (instance.status !== 201) throw new Error(`instance: ${instance.status} ${JSON.stringify(instance.body)}`);
    const token = await this.post(`/v1/instances/${instance.body.id}/tokens`, { label: 'n8n' });
    if (token.status !== 201) throw new Error(`token: ${token.status} ${JSON.stringify(token.body)}`);
    const running = await this.waitForStatus(instance.body.id, 'running');
    return {
      keyId: key.body.id as string,
      instance: running,
      token: token.body.token as string,
      tokenId: token.body.id as string,
    };
  }

  /** Polls until the instance has the status; fails after 15 seconds with what it saw last. */
  async waitForStatus(instanceId: string, status: string, withinMs = 15_000) {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const { body } = await this.get(`/v1/instances/${instanceId}`);
      if (body.status === status) return body;
      if (Date.now() > deadline) throw new Error(`instance is still ${body.status}: ${body.statusReason}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
