import type { LocalSessions } from '../sessions/session-holder.ts';
import {
  answersGiven,
  answersPath,
  claimPath,
  clientQuestion,
  doubtPath,
  doubtReport,
  presencePath,
  presenceQuestion,
  returnPath,
  sessionClaim,
} from './hop-messages.ts';

/** Deliveries that are remembered, so that none is taken twice. The oldest is forgotten. */
const maxDeliveries = 10_000;

/** Answer to another router; without content, the status says all. */
export interface HopReply {
  status: number;
  content?: unknown;
}

/** The router does not have the session that it is asked for. */
const notHere: HopReply = { status: 421 };
const done: HopReply = { status: 204 };

/** Answers what other routers ask this one, beside the messages that they forward. */
export class HopQuestions {
  readonly #deliveries = new Set<string>();
  #sessions: LocalSessions | undefined;
  readonly #answers: Readonly<Record<string, (sessions: LocalSessions, said: unknown) => HopReply>> = {
    [presencePath]: (sessions, said) => ({
      status: 200,
      content: presenceQuestion.parse(said).sessionIds.map((id) => sessions.presence(id)),
    }),
    [answersPath]: (sessions, said) => this.#takeAnswers(sessions, said),
    [returnPath]: (sessions, said) => ({ status: 200, content: sessions.reportFor(clientQuestion.parse(said)) }),
    [claimPath]: (sessions, said) => {
      const claimed = sessions.claim(sessionClaim.parse(said));
      return claimed === undefined ? notHere : { status: 200, content: claimed };
    },
    [doubtPath]: (sessions, said) => {
      sessions.noteDoubt(doubtReport.parse(said));
      return done;
    },
  };

  /** Answers for these sessions from now on. */
  attend(sessions: LocalSessions): void {
    this.#sessions = sessions;
  }

  /** Whether something is asked at this path. */
  knows(path = ''): boolean {
    return Object.hasOwn(this.#answers, path);
  }

  /** Throws where what was said makes no sense. */
  answer(path = '', said: unknown): HopReply {
    const answer = this.#answers[path];
    return this.#sessions === undefined || answer === undefined ? notHere : answer(this.#sessions, said);
  }

  #takeAnswers(sessions: LocalSessions, said: unknown): HopReply {
    const { sessionId, deliveryId, answers } = answersGiven.parse(said);
    if (!this.#deliveries.has(deliveryId) && !sessions.takeAnswers(sessionId, answers)) return notHere;
    this.#deliveries.add(deliveryId);
    const [oldest] = this.#deliveries;
    if (this.#deliveries.size > maxDeliveries && oldest !== undefined) this.#deliveries.delete(oldest);
    return done;
  }
}
