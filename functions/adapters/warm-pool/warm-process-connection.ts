import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { WarmAssignmentFailed } from './warm-assignment-failed.ts';

const longestAnswerBytes = 4096;

/** What a warm process answered: the status and the JSON of the body, `undefined` where it is none. */
export interface WarmAnswer {
  status: number;
  body: unknown;
}

/**
 * One connection to a warm process, for one conversation. All of it has to be over within one deadline. What comes back is limited in
 * size, no redirect is followed, and no environment's proxy is used: it carries a customer's key, if sealed.
 */
export class WarmProcessConnection {
  readonly #base: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #signal: AbortSignal;

  /** @param address Base URL with an IP address, such as `http://10.64.96.12:3000`. */
  constructor(address: string, deadlineMilliseconds: number) {
    this.#base = new URL(address);
    this.#signal = AbortSignal.timeout(deadlineMilliseconds);
  }

  /** Host and port as they stand in the address. */
  get peer(): { host: string; port: number } {
    return { host: this.#base.hostname, port: Number(this.#base.port || '80') };
  }

  /** @throws WarmAssignmentFailed `unreachable` */
  async post(path: string, message: object): Promise<WarmAnswer> {
    const body = JSON.stringify(message);
    try {
      const sent = request(new URL(path, this.#base), {
        method: 'POST',
        agent: this.#agent,
        signal: this.#signal,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      sent.end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      return { status: answer.statusCode ?? 0, body: parseJson(await readText(answer)) };
    } catch (error) {
      if (error instanceof WarmAssignmentFailed) throw error;
      const { code, name } = error as NodeJS.ErrnoException;
      const detail = this.#signal.aborted ? 'it did not answer in time' : `the connection failed (${code ?? name})`;
      throw new WarmAssignmentFailed('unreachable', detail, { cause: error });
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > longestAnswerBytes) throw new WarmAssignmentFailed('not-authentic', 'its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
