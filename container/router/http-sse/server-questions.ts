import type { RpcId } from '../refusal.ts';
import { isRpcId, readAnswerToQuestion, readServerMessage } from './server-messages.ts';

/** More than any instance asks one client at once. */
const maxRemembered = 100;

/** A message for the client. */
export interface ToldMessage {
  kind: 'ping' | 'question' | 'notification';
  data: readonly Buffer[];
}

interface Question {
  /** Id that the process gave it. */
  readonly originalId: RpcId;
  readonly isPing: boolean;
  /** Whether the process that asked is gone. */
  isDead: boolean;
}

/**
 * The requests that the instance has put to the client (ping, elicitation, sampling) and that are not answered yet. Each process
 * counts its own; so that the late answer to a question of a dead process never passes for the answer to another question, a question
 * whose id the client still has open gets another one on its way.
 */
export class ServerQuestions {
  readonly #questions = new Map<RpcId, Question>();
  #renamed = 0;

  /** A message of the instance that answers nothing, as the client is to see it. */
  pass(data: readonly Buffer[], size: number): ToldMessage {
    const message = readServerMessage(data, size);
    if (message === undefined || !isRpcId(message.id)) return { kind: 'notification', data };
    const isPing = message.method === 'ping';
    const shownId = this.#asked(message.id, isPing);
    const shown = shownId === message.id ? data : [Buffer.from(JSON.stringify({ ...message, id: shownId }))];
    return { kind: isPing ? 'ping' : 'question', data: shown };
  }

  /** A message of the client that asks for nothing, as the process is to see it; `undefined` for an answer that nobody waits for. */
  passAnswer(body: Buffer): Buffer | undefined {
    const answer = readAnswerToQuestion(body);
    if (answer === undefined) return body;
    const question = this.#questions.get(answer.id);
    this.#questions.delete(answer.id);
    if (question === undefined || question.isDead) return undefined;
    const id = question.originalId;
    return id === answer.id ? body : Buffer.from(JSON.stringify({ ...answer, id }));
  }

  /** The process is gone. Names the questions, pings aside, that nobody wants an answer to any more. */
  lost(): RpcId[] {
    const dead: RpcId[] = [];
    for (const [shownId, question] of this.#questions) {
      if (question.isDead) continue;
      question.isDead = true;
      if (!question.isPing) dead.push(shownId);
    }
    return dead;
  }

  /** Answers the id under which the client is to see the question. */
  #asked(id: RpcId, isPing: boolean): RpcId {
    let shownId = id;
    while (this.#questions.has(shownId)) {
      this.#renamed += 1;
      shownId = `${id}-${this.#renamed}`;
    }
    if (this.#questions.size >= maxRemembered) {
      const oldest = this.#questions.keys().next();
      if (!oldest.done) this.#questions.delete(oldest.value);
    }
    this.#questions.set(shownId, { originalId: id, isPing, isDead: false });
    return shownId;
  }
}
