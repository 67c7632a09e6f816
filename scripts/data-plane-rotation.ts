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
  /** The present text, and when it was put there. */
  read(): Promise<{ text: string; putAt: Date }>;
  write(text: string): Promise<void>;
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
/** The manager has sealed again by then what it may have found, unless it reports otherwise. In milliseconds. */
const sealedAgainWithin = 60 * 60_000;

/**
 * Does one step of a rotation and answers, in words, what is to be done next.
 * @throws RotationOrderError where it is not the time for this step; nothing was changed then.
 */
export async function rotateDataPlaneSecret(step: RotationStep, rotation: Rotation): Promise<string> {
  const { secret, readers } = rotation;
  const { text, putAt } = await secret.read();
  const present = parseDataPlaneSecret(text);
  switch (step) {
    case 'announce':
      await change(rotation, announceSecret(present, rotation.makeSecret()));
      return 'A new secret is announced. In ten minutes or more, when routers and manager have been replaced: step "switch".';
    case 'switch': {
      const next = switchToAnnouncedSecret(present, rotation.now().toISOString());
      await refuseBeforeAllHaveRead(rotation, putAt);
      await change(rotation, next);
      return 'The new secret is in use; what was made with the one before serves for eight days more. You are done.';
    }
    case 'forget': {
      const next = forgetReplacedSecrets(present);
      refuseBeforeAllIsSealedAgain(rotation, present);
      await refuseBeforeAllHaveRead(rotation, putAt);
      await change(rotation, next);
      return 'Secrets from before are forgotten as soon as routers and manager have been replaced. You are done.';
    }
    case 'restart':
      await readers.restart();
      return 'Routers and manager are being replaced.';
    case 'status':
      return statusOf(present, putAt);
  }
}

async function change({ secret, readers }: Rotation, next: DataPlaneSecret): Promise<void> {
  await secret.write(formatDataPlaneSecret(next));
  await readers.restart();
}

async function refuseBeforeAllHaveRead({ readers, now }: Rotation, putAt: Date): Promise<void> {
  const functionsHaveRead = putAt.getTime() + functionsReadWithin;
  if (now().getTime() < functionsHaveRead) {
    const when = new Date(functionsHaveRead).toISOString();
    throw new RotationOrderError(`Functions may not have read the secret that was put last. Come back after ${when}.`);
  }
  const programs = await readers.list();
  if (programs.length === 0) throw new RotationOrderError('No router and no manager is deployed: is this the right stage?');
  const waiting = programs.filter(({ startedAt }) => startedAt === undefined || startedAt < putAt).map(({ name }) => name);
  if (waiting.length === 0) return;
  throw new RotationOrderError(
    `Not replaced since the secret was put last: ${waiting.join(', ')}. Wait until their deployments are complete; ` +
      'where none is under way, begin one with the step "restart".',
  );
}

function refuseBeforeAllIsSealedAgain({ now }: Rotation, { previous }: DataPlaneSecret): void {
  const [newest] = previous;
  if (newest === undefined) throw new RotationOrderError('There is no secret from before that could be forgotten.');
  const sealedAgain = Date.parse(newest.replacedAt) + sealedAgainWithin;
  if (now().getTime() >= sealedAgain) return;
  const when = new Date(sealedAgain).toISOString();
  throw new RotationOrderError(
    `The manager may still be sealing again what the secret before has sealed. Come back after ${when}.`,
  );
}

function statusOf({ next, previous }: DataPlaneSecret, putAt: Date): string {
  const put = `Put at ${putAt.toISOString()}.`;
  const before = previous.map(({ replacedAt }) => `One was replaced at ${replacedAt}.`);
  const step = next === undefined ? 'No rotation is under way.' : 'A new secret is announced; next step: "switch".';
  return [put, ...before, step].join(' ');
}
