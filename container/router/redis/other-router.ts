import type { ClaimedSession, ClientQuestion, ClientReport, DoubtReport, SessionClaim } from '../sessions/parked-report.ts';
import type { ForwardedAnswer, MessageToForward, SessionPresence, StreamRouter } from '../sessions/session-holder.ts';
import { forwardMessage } from './forward-message.ts';
import {
  answersPath,
  claimPath,
  clientReport,
  doubtPath,
  maxAskedSessions,
  presenceAnswer,
  presencePath,
  readClaimed,
  returnPath,
} from './hop-messages.ts';
import { type HopAnswer, type RouterAddress, requestRouter } from './hop-request.ts';

/** Durations in milliseconds. */
export interface RouterPatience {
  /** How long a forwarded message may wait for its answer. */
  answerTimeoutMs: number;
  /** How long a router may take to take a connection, and for a question that it answers from memory. */
  questionMs?: number | undefined;
}

const defaultQuestionMs = 1_000;

const notThere: SessionPresence = { kind: 'none' };

/** What one router asks of another. */
export class OtherRouter implements StreamRouter {
  readonly #address: RouterAddress;
  readonly #answerTimeoutMs: number;
  readonly #questionMs: number;

  constructor(address: RouterAddress, { answerTimeoutMs, questionMs = defaultQuestionMs }: RouterPatience) {
    this.#address = address;
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#questionMs = questionMs;
  }

  /** Which of the sessions it has, in their order; none, where it does not say. Never rejects. */
  async presence(sessionIds: readonly string[]): Promise<SessionPresence[]> {
    const found: SessionPresence[] = [];
    for (let start = 0; start < sessionIds.length; start += maxAskedSessions) {
      const asked = sessionIds.slice(start, start + maxAskedSessions);
      const answer = await this.#post(presencePath, { sessionIds: asked });
      const said = presenceAnswer.safeParse(contentOf(answer)).data;
      // It is gone, or of a release that does not know the question.
      if (said?.length !== asked.length) return sessionIds.map(() => notThere);
      found.push(...said);
    }
    return found;
  }

  forward(message: MessageToForward): Promise<ForwardedAnswer | undefined> {
    return forwardMessage(this.#address, message, {
      connectTimeoutMs: this.#questionMs,
      answerTimeoutMs: this.#answerTimeoutMs,
    });
  }

  async giveAnswers(sessionId: string, deliveryId: string, answers: readonly string[]): Promise<boolean> {
    const answer = await this.#post(answersPath, { sessionId, deliveryId, answers });
    return typeof answer !== 'string' && answer.status === 204;
  }

  /**
   * What it has that could be the client's: `gone` where it takes no connections any more, `unknown` where it does not say. Never rejects.
   */
  async reportFor(client: ClientQuestion): Promise<ClientReport | 'gone' | 'unknown'> {
    const answer = await this.#post(returnPath, client);
    if (answer === 'not-reached') return 'gone';
    // One of a release that does not know the question recognises clients by itself alone.
    if (typeof answer !== 'string' && answer.status !== 200) return 'gone';
    return clientReport.safeParse(contentOf(answer)).data ?? 'unknown';
  }

  async claim(claim: SessionClaim): Promise<ClaimedSession | undefined> {
    return readClaimed(contentOf(await this.#post(claimPath, claim)));
  }

  async noteDoubt(doubt: DoubtReport): Promise<void> {
    await this.#post(doubtPath, doubt);
  }

  #post(path: string, content: object): Promise<HopAnswer> {
    const body = Buffer.from(JSON.stringify(content));
    return requestRouter(this.#address, {
      ...{ path, body, connectTimeoutMs: this.#questionMs, answerTimeoutMs: this.#questionMs },
      headers: { 'content-type': 'application/json' },
    });
  }
}

/** What it says; `undefined` where it says nothing. */
function contentOf(answer: HopAnswer): unknown {
  if (typeof answer === 'string' || answer.status !== 200) return undefined;
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}
