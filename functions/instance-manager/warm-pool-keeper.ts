import { createIdentifier } from '../../core/identifiers.ts';
import type { OrphanCount } from '../domain/orphans.ts';
import { type DesiredWarm, demandHours, desiredWarm, type WarmPoolSize } from '../domain/warm-pool/desired-warm.ts';
import { planWarmPool, type WarmPoolPlan, type WarmPoolRules } from '../domain/warm-pool/plan-warm-pool.ts';
import type { Clock, WarmKind, WarmPool, WarmProcess, WarmProcessStarter } from '../ports.ts';
import type { OrphanConfirmation } from './orphan-confirmation.ts';
import { RecurringJob } from './recurring-job.ts';

export interface WarmPoolKeeperPorts {
  clock: Clock;
  pool: WarmPool;
  starter: WarmProcessStarter;
  /** What launches may ask for now, the most important first; what is not among it is ended. */
  kinds(): Promise<readonly WarmKind[]>;
  report(failure: { message: string; cause: unknown }): void;
  /** What an operator has confirmed of processes that the pool does not know. Missing where any number of them is ended. */
  orphanConfirmation?: Pick<OrphanConfirmation, 'confirmed' | 'ended'>;
}

export interface WarmPoolKeeperOptions extends WarmPoolSize, Partial<Omit<WarmPoolRules, 'maximum'>> {
  /** Between two looks that nobody asked for. */
  intervalMilliseconds?: number;
}

/** Of orphans. */
const kind = 'warm processes';
const hourMilliseconds = 60 * 60_000;
/**
 * As many as are missing start together, so that a pool of any size is full again after one start's time; but no more than this, which is a
 * second's launches of Fargate and a fifth of its burst: launches that find the pool empty need the rest.
 * Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html
 */
const mostStartsAtOnce = 20;
/** After a round with failures: doubled each time, up to the longest. */
const firstPauseMilliseconds = 1000;
const longestPauseMilliseconds = 5 * 60_000;

/**
 * Keeps as many warm processes of each kind waiting as launches are likely to ask for, and no more than it may. It is the only one to
 * start them, and beside their launches the only one to end them. Every step is recorded before it is done, so that whoever keeps the pool
 * after a crash finds all there is: what was started and never came up, what was claimed and never assigned, what was to be ended.
 */
export class WarmPoolKeeper {
  readonly #ports: WarmPoolKeeperPorts;
  readonly #size: WarmPoolSize;
  readonly #rules: WarmPoolRules;
  readonly #job: RecurringJob;
  #isAskedFor = false;
  #keeping: Promise<void> | undefined;
  /** Rounds in which something failed, one after the other. */
  #failures = 0;
  #failedAt = 0;
  #hasRoundFailed = false;
  /** Processes that were left alone when the pool was looked at last. */
  #held = 0;
  #stopped = false;

  constructor(ports: WarmPoolKeeperPorts, { intervalMilliseconds = 10_000, ...options }: WarmPoolKeeperOptions) {
    this.#ports = ports;
    this.#size = options;
    this.#rules = {
      startsAtOnce: mostStartsAtOnce,
      longestWaitSeconds: 23 * 3600,
      longestStartSeconds: 5 * 60,
      longestClaimSeconds: 2 * 60,
      ...options,
    };
    this.#job = new RecurringJob(intervalMilliseconds, () => this.keep());
  }

  /** Begins to fill the pool and to look after it. */
  start(): void {
    this.#job.start();
    void this.keep();
  }

  /**
   * Brings the pool to what it should be, as far as that can be done now. Asked while it works, it looks once more. Never rejects.
   */
  keep(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    this.#isAskedFor = true;
    this.#keeping ??= this.#keepOn().finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  /** Leaves the pool as it is; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#job.stop();
    await this.#keeping;
  }

  async #keepOn(): Promise<void> {
    while (this.#isAskedFor && !this.#stopped) {
      this.#isAskedFor = false;
      try {
        // What was done makes room for more.
        if (await this.#pass()) this.#isAskedFor = true;
      } catch (cause) {
        this.#ports.report({ message: 'The warm pool could not be looked after; tried again.', cause });
      }
    }
  }

  /** Answers whether something was done. */
  async #pass(): Promise<boolean> {
    const { clock, pool, starter, orphanConfirmation } = this.#ports;
    this.#hasRoundFailed = false;
    const desired = await this.#desired();
    // In this order: what is put or assigned between the two is not taken for unknown.
    const known = await pool.list();
    const running = await starter.list();
    const plan = planWarmPool(
      {
        ...{ now: clock.now(), known, running, desired },
        ...(orphanConfirmation && {
          confirmedOrphans: orphanConfirmation.confirmed,
          endedOrphans: orphanConfirmation.ended.of(kind),
        }),
      },
      { ...this.#rules, startsAtOnce: this.#startsAtOnce() },
    );
    if (plan.died.length > 0) this.#countFailure();
    this.#tellHeld(plan.held);
    if (orphanConfirmation?.confirmed === 0) orphanConfirmation.ended.note(kind, plan.unknown);
    const done = await Promise.all([
      ...plan.ready.map((ready) => this.#markWarm(ready)),
      ...plan.end.map((process) => this.#end(process)),
      ...plan.unknown.map((id) => this.#endUnknown(id)),
      ...(this.#pauses() ? [] : plan.start.map((kind) => this.#start(kind))),
    ]);
    return done.includes(true);
  }

  /** Once for each number, as the pool is looked at every few seconds. The audit tells operators how to go on. */
  #tellHeld({ orphans, all }: Pick<OrphanCount, 'orphans' | 'all'> = { orphans: 0, all: 0 }): void {
    if (orphans > 0 && orphans !== this.#held) {
      this.#ports.report({
        message: `Warm processes that the pool does not know are left alone: ${orphans} of ${all} are more than are ended by themselves.`,
        cause: new Error('The table may be another one, empty or outdated. See the report of the audit: it says how to go on.'),
      });
    }
    this.#held = orphans;
  }

  async #desired(): Promise<DesiredWarm[]> {
    const { clock, pool, kinds } = this.#ports;
    const now = clock.now();
    const since = new Date(now.getTime() - demandHours * hourMilliseconds).toISOString();
    return desiredWarm(await pool.readDemand(since), await kinds(), this.#size, now);
  }

  #markWarm({ process, running: { ref, address } }: WarmPoolPlan['ready'][number]): Promise<boolean> {
    return this.#guarded('come up', () =>
      this.#ports.pool.change(process.id, 'starting', { state: 'warm', changedAt: this.#now(), ref, address }),
    );
  }

  /** Ended once it is recorded that it is to be: nobody can claim it then, and a crash does not forget it. */
  #end({ id, state }: Pick<WarmProcess, 'id' | 'state'>): Promise<boolean> {
    const { pool, starter } = this.#ports;
    return this.#guarded('be ended', async () => {
      const isOurs = state === 'ending' || (await pool.change(id, state, { state: 'ending', changedAt: this.#now() }));
      if (!isOurs) return false;
      await starter.end(id);
      return pool.remove(id, 'ending');
    });
  }

  #endUnknown(id: string): Promise<boolean> {
    return this.#guarded('be ended', async () => {
      await this.#ports.starter.end(id);
      return true;
    });
  }

  async #start({ version, size }: WarmKind): Promise<boolean> {
    const { pool, starter, report } = this.#ports;
    const createdAt = this.#now();
    const id = createIdentifier('warmProcess', Date.parse(createdAt));
    const unknown = { ref: null, address: null, instanceId: null };
    try {
      await pool.put({ id, version, size, state: 'starting', ...unknown, createdAt, changedAt: createdAt });
      const { ref, address } = await starter.start({ id, version, size });
      if (address !== undefined) await pool.change(id, 'starting', { state: 'warm', changedAt: this.#now(), ref, address });
      return true;
    } catch (cause) {
      report({ message: 'A warm process could not be started; tried again after a pause.', cause });
      this.#countFailure();
      await this.#end({ id, state: 'starting' });
      return false;
    }
  }

  /** A program that does not come up, or dies while it waits, will do so again. What fails together in a round counts once. */
  #countFailure(): void {
    const now = this.#ports.clock.now().getTime();
    if (!this.#hasRoundFailed) this.#failures = this.#areFailuresPast(now) ? 1 : this.#failures + 1;
    this.#hasRoundFailed = true;
    this.#failedAt = now;
  }

  /** Half as many after each round with failures, so that what fails together is not tried together for long. */
  #startsAtOnce(): number {
    const failures = this.#areFailuresPast(this.#ports.clock.now().getTime()) ? 0 : this.#failures;
    return Math.max(1, Math.floor(this.#rules.startsAtOnce / 2 ** failures));
  }

  #areFailuresPast(now: number): boolean {
    return now - this.#failedAt > 2 * longestPauseMilliseconds;
  }

  /** Whether nothing is to be started for now. */
  #pauses(): boolean {
    if (this.#failures === 0) return false;
    const pause = Math.min(firstPauseMilliseconds * 2 ** (this.#failures - 1), longestPauseMilliseconds);
    return this.#ports.clock.now().getTime() < this.#failedAt + pause;
  }

  async #guarded(what: string, work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (cause) {
      this.#ports.report({ message: `A warm process could not ${what}; tried again.`, cause });
      return false;
    }
  }

  #now(): string {
    return this.#ports.clock.now().toISOString();
  }
}
