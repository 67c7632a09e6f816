import { request } from 'node:http';
import { Amplify } from 'aws-amplify';
import * as auth from 'aws-amplify/auth';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body;
}

/** Somebody at a deployment: signs up and in as the dashboard does, and calls the API with what that gave them. */
export class Customer {
  readonly #endpoint: URL;
  readonly #apiHost: string;
  #accessToken = '';
  #idToken = '';

  constructor(at: { endpoint: string; apiUrl: string; userPoolId: string; clientId: string }) {
    this.#endpoint = new URL(at.endpoint);
    this.#apiHost = new URL(at.apiUrl).host;
    Amplify.configure({
      Auth: {
        Cognito: {
          userPoolId: at.userPoolId,
          userPoolClientId: at.clientId,
          userPoolEndpoint: at.endpoint,
          loginWith: { email: true },
        },
      },
    });
  }

  /** Signs up, and takes the code from the mailbox. */
  async signUp(email: string, password: string, name: string): Promise<void> {
    await auth.signUp({ username: email, password, options: { userAttributes: { email, name } } });
    await auth.confirmSignUp({ username: email, confirmationCode: await this.#codeFor(email) });
  }

  /** By SRP: the password is not sent. */
  async signIn(email: string, password: string): Promise<void> {
    const { isSignedIn } = await auth.signIn({ username: email, password });
    if (!isSignedIn) throw new Error('signing in wants more than a password');
    const { tokens } = await auth.fetchAuthSession();
    this.#accessToken = tokens?.accessToken.toString() ?? '';
    this.#idToken = tokens?.idToken?.toString() ?? '';
  }

  async signOut(): Promise<void> {
    await auth.signOut();
  }

  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    { body, token = this.#accessToken }: { body?: unknown; token?: string } = {},
  ): Promise<Answer<Body>> {
    const { hostname, port } = this.#endpoint;
    return new Promise((resolve, reject) => {
      // The emulator tells APIs apart by the host that is asked for, which no name server knows.
      const headers = { host: this.#apiHost, authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const outgoing = request({ hostname, port, method, path, headers }, async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, body: (text === '' ? {} : JSON.parse(text)) as Body });
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The token that says who somebody is, which is not one for calling an API. */
  get idToken(): string {
    return this.#idToken;
  }

  async #codeFor(email: string): Promise<string> {
    const box = (await (await fetch(new URL('/_ministack/ses/messages', this.#endpoint))).json()) as {
      messages: Record<string, { To: string[]; BodyText: string }[]>;
    };
    const mail = Object.values(box.messages)
      .flat()
      .findLast(({ To }) => To.includes(email));
    const code = mail === undefined ? undefined : /\b\d{6}\b/.exec(mail.BodyText)?.[0];
    if (code === undefined) throw new Error(`no code was sent to ${email}`);
    return code;
  }
}
