import { createHash } from 'node:crypto';
import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import { toolName } from '../catalogue/tool-name.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import type { Log } from '../observability/log.ts';
import type { OperationCallContext, OperationCaller, OperationOutcome } from './operation-caller.ts';
import type { SmartleadClient } from './smartlead-client.ts';
import { errorReport, SmartleadError } from './smartlead-error.ts';
import { look, unknownOutcome } from './unknown-outcome.ts';
import { type Outcome, type RememberedWrite, WriteMemory } from './write-memory.ts';

type Arguments = Readonly<Record<string, unknown>>;

export interface WriteLedgerOptions {
  /** Sends what has to be sent. */
  client: Pick<SmartleadClient, 'call'>;
  log: Log;
  /** Unix time in milliseconds. */
  now?: () => number;
}

/**
 * Sees to it that no write is sent twice by mistake: the same write within ten minutes gets the outcome of the first, whoever makes
 * it, and two at once are one. A write that was refused or never left may be made again at once; one whose outcome nobody knows may
 * not, unless the caller says so or it leaves the same state however often it is made. Reads pass through.
 */
export class WriteLedger implements OperationCaller {
  readonly #client: Pick<SmartleadClient, 'call'>;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #memory: WriteMemory;
  /** Writes that go on although their caller is gone. */
  unattended = 0;

  constructor({ client, log, now = Date.now }: WriteLedgerOptions) {
    this.#client = client;
    this.#log = log;
    this.#now = now;
    this.#memory = new WriteMemory(now);
  }

  /** @throws SmartleadError also `outcome_unknown` for a write that was sent before and whose outcome is not known. */
  async call(operation: Operation, callArguments: Arguments, context: OperationCallContext): Promise<OperationOutcome> {
    if (isRead(operation)) return this.#client.call(operation, callArguments, context);
    const key = keyOf(operation, callArguments);
    for (;;) {
      if (context.signal.aborted) throw new SmartleadError('cancelled', 'The call was cancelled. Nothing was sent.');
      const known = context.repeat ? undefined : this.#memory.find(key);
      if (known === undefined) return this.#send(key, operation, callArguments, context);
      const outcome = await untilAborted(known.outcome, context.signal, () => cancelledWhile(known, operation, callArguments));
      // Whoever called first gave up before anything was sent, so this call takes the place.
      if (outcome.kind === 'not_sent') continue;
      return recall(outcome, known, operation, callArguments);
    }
  }

  /** A write that waits to be sent does not count: should its caller give up, the next one would send it. */
  remembers(operation: Operation, callArguments: Arguments): boolean {
    return !isRead(operation) && this.#memory.find(keyOf(operation, callArguments))?.sentAt !== undefined;
  }

  async #send(
    key: string,
    operation: Operation,
    callArguments: Arguments,
    { signal, session }: OperationCallContext,
  ): Promise<OperationOutcome> {
    const write = this.#memory.begin(key, operation.idempotent);
    let cancelled = false;
    let isOnItsWay = false;
    const onLeaving = () => {
      isOnItsWay = true;
      this.#memory.markSent(write);
    };
    const onEnded = () => {
      isOnItsWay = false;
    };
    const sending = this.#client.call(operation, callArguments, { signal, session, onLeaving, onEnded }).then(
      ({ value }) => {
        write.settle(doneWith(value));
        return value;
      },
      (error: unknown) => {
        write.settle(outcomeOfFailure(error, write, operation));
        throw error;
      },
    );
    const settled = sending.then(
      () => 'ok',
      (error: unknown) => errorReport(error).code,
    );
    void settled.then((outcome) => {
      if (!cancelled) return;
      this.unattended -= 1;
      this.#log.write({
        level: outcome === 'ok' ? 'info' : 'warn',
        message: `Write cancelled by the client after it was sent: outcome ${outcome}`,
        tool: toolName(operation.id),
        outcome,
      });
    });
    const value = await untilAborted(sending, signal, () => {
      // What has not left, or was refused and waits to be repeated, is taken back by the client, which says so itself.
      if (!isOnItsWay) return undefined;
      cancelled = true;
      this.unattended += 1;
      return cancelledWhile(write, operation, callArguments);
    });
    return { value };
  }
}

/** Values up to this size are kept, so that the same call can be answered with them. */
const largestKeptValue = 16 * 1024;

function doneWith(value: unknown): Outcome {
  const text = JSON.stringify(value) ?? 'null';
  return text.length <= largestKeptValue ? { kind: 'done', text } : { kind: 'done', text: undefined };
}

function outcomeOfFailure(error: unknown, write: RememberedWrite, { idempotent }: Operation): Outcome {
  if (write.sentAt === undefined) return { kind: 'not_sent' };
  // An unexpected fault after the request left says nothing about what became of it.
  if (!(error instanceof SmartleadError))
    return { kind: 'unknown', message: 'The MCP server failed while it handled the answer.' };
  // Its one attempt that left was refused, and it was taken back before the next: whoever waits for it did not cancel it.
  if (error.code === 'cancelled' && error.requestLeft !== true) return { kind: 'not_sent' };
  if (error.code === 'outcome_unknown') return { kind: 'unknown', message: error.message };
  if (error.code === 'smartlead_failed' && !idempotent) return { kind: 'unknown', message: error.message };
  return { kind: 'refused', error };
}

/** What a caller gets who makes the same write again. */
function recall(outcome: Outcome, write: RememberedWrite, operation: Operation, callArguments: Arguments): OperationOutcome {
  const firstSentAt = write.sentAt ?? write.begunAt;
  if (outcome.kind === 'refused') throw outcome.error;
  if (outcome.kind === 'done') return { value: outcome.text === undefined ? notKept : JSON.parse(outcome.text), firstSentAt };
  const time = new Date(firstSentAt).toISOString();
  const why = outcome.kind === 'unknown' ? outcome.message : 'It is not known what became of it.';
  throw unknownOutcome(operation, callArguments, `This same call was made at ${time} and is not sent again. ${why}`);
}

const notKept = { done: true, note: 'The write was carried out. Its answer was too large to be kept.' };

function cancelledWhile(write: RememberedWrite, operation: Operation, callArguments: Arguments): SmartleadError {
  if (write.sentAt === undefined) return new SmartleadError('cancelled', 'The call was cancelled. Nothing was sent.');
  return new SmartleadError('cancelled', 'The call was cancelled after it was sent. It goes on without its caller.', {
    requestLeft: true,
    nextStep: `The same call within ten minutes answers what became of it and sends nothing. Or ${look(operation, callArguments)}.`,
  });
}

/**
 * Waits for a promise, or until the signal is aborted.
 * @param reason The error to throw then; where there is none, the promise is waited for all the same.
 */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal, reason: () => Error | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      const error = reason();
      if (error !== undefined) reject(error);
    };
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** Short, whatever the arguments are: they can hold 400 leads, and nothing of them is kept. */
function keyOf({ id }: Operation, callArguments: Arguments): string {
  return `${id} ${createHash('sha256').update(canonicalJson(callArguments)).digest('base64')}`;
}
