import {
  announceSecret,
  type DataPlaneSecret,
  forgetReplacedSecrets,
  formatDataPlaneSecret,
  parseDataPlaneSecret,
  RotationOrderError,
  switchToAnnouncedSecret,
} from '../core/data-plane-secret.ts';

/** The secret where it is stored. */
export interface SecretPlace {
  /** The present text, when it was put there, and the name of its version. */
  read(): Promise<StoredText>;
  /**
   * Puts a text in the place of the version that was read.
   * @throws RotationOrderError where somebody else has put another one meanwhile, which then stays.
   */
  write(text: string, version: string): Promise<void>;
}

export interface StoredText {
  text: string;
  putAt: Date;
  version: string;
}

/** The programs that read the secret when they start: routers and manager. */
export interface SecretReaders {
  list(): Promise<SecretReader[]>;
  /** Replaces all tasks of all of them, in order and without a gap. Resolves when that is begun. */
  restart(): Promise<void>;
}

export interface SecretReader {
  name: string;
  /** When what runs was begun to be started; `undefined` while it is being replaced. */
  startedAt: Date | undefined;
  /** Whether any task of it runs. */
  isRunning: boolean;
}

/** The secret was put, and not all that read it when they start could be replaced. The message says what to do. */
export class RestartFailedError extends Error {
  override readonly name = 'RestartFailedError';
}

export const rotationSteps = ['announce', 'switch', 'forget', 'restart', 'status'] as const;
export type RotationStep = (typeof rotationSteps)[number];

export interface Rotation {
  secret: SecretPlace;
  readers: SecretReaders;
  now(): Date;
  /** A new random secret. */
  makeSecret(): string;
}

/** Functions read the secret again after five minutes; this is for one that could not at once. In milliseconds. */
const functionsReadWithin = 10 * 60_000;
/** A manager that runs for as long has sealed again what it may have found, unless it reports otherwise. In milliseconds. */
const sealedAgainWithin = 60 * 60_000;

/**
 * Does one step of a rotation and answers, in words, what is to be done next.
 * @throws RotationOrderError where it is not the time for this step; nothing was changed then.
 * @throws RestartFailedError
 */
export async function rotateDataPlaneSecret(step: RotationStep, rotation: Rotation): Promise<string> {
  const { secret, readers } = rotation;
  const stored = await secret.read();
  const { putAt } = stored;
  const present = parseDataPlaneSecret(stored.text);
  switch (step) {
    case 'announce':
      await change(rotation, stored, announceSecret(present, rotation.makeSecret()));
      return 'A new secret is announced. In ten minutes or more, when routers and manager have been replaced: step "switch".';
    case 'switch': {
      const next = switchToAnnouncedSecret(present, rotation.now().toISOString());
      await refuseBeforeAllHaveRead(rotation, putAt);
      await change(rotation, stored, next);
      return 'The new secret is in use; what was made with the one before serves for eight days more. You are done.';
    }
    case 'forget': {
      const next = forgetReplacedSecrets(present);
      refuseWithoutReplaced(present);
      refuseBeforeAllIsSealedAgain(rotation, await refuseBeforeAllHaveRead(rotation, putAt));
      await change(rotation, stored, next);
      return 'Secrets from before are forgotten as soon as routers and manager have been replaced. You are done.';
    }
    case 'restart':
      await readers.restart();
      return 'Routers and manager are being replaced.';
    case 'status':
      return statusOf(present, putAt, await readers.list());
  }
}

async function change({ secret, readers }: Rotation, { version }: StoredText, next: DataPlaneSecret): Promise<void> {
  await secret.write(formatDataPlaneSecret(next), version);
  try {
    await readers.restart();
  } catch (cause) {
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'no reason was given';
    throw new RestartFailedError(
      `The secret was put, but routers and manager could not all be replaced (${why}). Mend that, then: step "restart".`,
      { cause },
    );
  }
}

/** Answers the programs, all of which have. */
async function refuseBeforeAllHaveRead({ readers, now }: Rotation, putAt: Date): Promise<SecretReader[]> {
  const functionsHaveRead = putAt.getTime() + functionsReadWithin;
  if (now().getTime() < functionsHaveRead) {
    const when = new Date(functionsHaveRead).toISOString();
    throw new RotationOrderError(`Functions may not have read the secret that was put last. Come back after ${when}.`);
  }
  const programs = await readers.list();
  if (programs.length === 0) throw new RotationOrderError('No router and no manager is deployed: is this the right stage?');
  const waiting = notReplacedSince(putAt, programs);
  if (waiting.length === 0) return programs;
  throw new RotationOrderError(
    `Not replaced since the secret was put last: ${waiting.join(', ')}. Wait until their deployments are complete; ` +
      'where none is under way, begin one with the step "restart".',
  );
}

function notReplacedSince(putAt: Date, programs: readonly SecretReader[]): string[] {
  return programs.filter(({ startedAt }) => startedAt === undefined || startedAt < putAt).map(({ name }) => name);
}

function refuseWithoutReplaced({ previous }: DataPlaneSecret): void {
  if (previous.length === 0) throw new RotationOrderError('There is no secret from before that could be forgotten.');
}

/** The manager seals again what it finds after its own start, whenever the secret was put. */
function refuseBeforeAllIsSealedAgain({ now }: Rotation, programs: readonly SecretReader[]): void {
  const idle = programs.filter(({ isRunning }) => !isRunning).map(({ name }) => name);
  if (idle.length > 0) {
    throw new RotationOrderError(`What does not run seals nothing again; this does not run: ${idle.join(', ')}. Start it first.`);
  }
  const startedAt = Math.max(...programs.map((program) => program.startedAt?.getTime() ?? 0));
  const sealedAgain = startedAt + sealedAgainWithin;
  if (now().getTime() >= sealedAgain) return;
  const when = new Date(sealedAgain).toISOString();
  throw new RotationOrderError(
    `The manager may still be sealing again what the secret before has sealed. Come back after ${when}.`,
  );
}

function statusOf({ next, previous }: DataPlaneSecret, putAt: Date, programs: readonly SecretReader[]): string {
  const put = `Put at ${putAt.toISOString()}.`;
  const before = previous.map(({ replacedAt }) => `One was replaced at ${replacedAt}.`);
  const waiting = notReplacedSince(putAt, programs);
  const old = waiting.length === 0 ? [] : [`Not replaced since: ${waiting.join(', ')}; wait for it, or step "restart".`];
  const step = next === undefined ? 'No rotation is under way.' : 'A new secret is announced; next step: "switch".';
  return [put, ...before, ...old, step].join(' ');
}
