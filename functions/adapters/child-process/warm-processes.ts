import { type KeyObject, randomBytes } from 'node:crypto';
import { publicKeyBytes } from '../../../core/warm-assignment.ts';
import type { RunningWarmProcess, WarmProcess, WarmProcessStarter } from '../../ports.ts';
import type { WarmPoolKeys } from '../warm-pool/warm-pool-keys.ts';
import { InstanceProcess } from './instance-process.ts';
import type { ProcessRecords } from './process-records.ts';

export interface WarmChildProcessesParts {
  nodePath: string;
  /** Proves to the processes who we are. */
  signingKey: KeyObject;
  records: ProcessRecords;
  bundleFolder(version: string): Promise<string>;
  /** Resolves with the port. Rejects with LaunchFailed where the process is not ready in time. */
  untilListening(process: InstanceProcess): Promise<number>;
  /** Resolves when no customer waits for a launch, or has waited long enough. */
  untilQuiet(): Promise<void>;
}

interface WarmChild {
  process: InstanceProcess;
  /** A secret of its own: no process of the pool knows what another one proves itself with. */
  poolSecret: Buffer;
  startedAt: string;
  /** Absent until it can be assigned. */
  address?: string;
  isTaken: boolean;
}

/** Those of the pool's processes that are children of this one. They end with it, as instances do. */
export class WarmChildProcesses implements WarmProcessStarter {
  readonly #parts: WarmChildProcessesParts;
  readonly #children = new Map<string, WarmChild>();
  #isClosed = false;

  constructor(parts: WarmChildProcessesParts) {
    this.#parts = parts;
  }

  async start({ id, version, size }: Pick<WarmProcess, 'id' | 'version' | 'size'>): Promise<{ ref: string; address: string }> {
    const { nodePath, signingKey, records, bundleFolder, untilListening, untilQuiet } = this.#parts;
    await untilQuiet();
    const folder = await bundleFolder(version);
    if (this.#isClosed) throw new Error('The pool is closed.');
    if (this.#children.has(id)) throw new Error('There is a warm process of this id already.');
    const poolSecret = randomBytes(32);
    const input = {
      processId: id,
      poolSecret: poolSecret.toString('base64url'),
      controlPlaneKey: publicKeyBytes(signingKey).toString('base64url'),
    };
    const process = new InstanceProcess(
      { nodePath, bundleFolder: folder, size, command: ['warm', '--managed'], input },
      // There is nobody yet whose log it could be.
      { secrets: [input.poolSecret], onLog: () => {} },
    );
    const child: WarmChild = { process, poolSecret, startedAt: new Date().toISOString(), isTaken: false };
    this.#children.set(id, child);
    void process.ended.then(() => this.#forget(id));
    try {
      if (process.id !== undefined) await records.add(id, 0, process.id);
      child.address = `http://127.0.0.1:${await untilListening(process)}`;
      return { ref: String(process.id), address: child.address };
    } catch (error) {
      await process.end(0);
      await this.#forget(id);
      throw error;
    }
  }

  async list(): Promise<RunningWarmProcess[]> {
    return [...this.#children]
      .filter(([, { process, isTaken }]) => !isTaken && !process.isOver)
      .map(([id, { process, address, startedAt }]) => ({ id, ref: String(process.id), address, startedAt }));
  }

  async end(id: string): Promise<void> {
    const child = this.#children.get(id);
    if (child === undefined || child.isTaken) return;
    await child.process.end(0);
    await this.#forget(id);
  }

  /** Hands a process over to whoever assigns it now; nobody else gets it. `undefined` where it has ended or is taken. */
  take(id: string): { process: InstanceProcess; keys: WarmPoolKeys } | undefined {
    const child = this.#children.get(id);
    if (child === undefined || child.isTaken || child.process.isOver) return undefined;
    child.isTaken = true;
    return { process: child.process, keys: { poolSecret: child.poolSecret, signingKey: this.#parts.signingKey } };
  }

  /** Forgets one that was taken and is known as its instance's. */
  async handedOver(id: string): Promise<void> {
    if (this.#children.get(id)?.isTaken) await this.#forget(id);
  }

  /** Whether this process started it and has not forgotten it. */
  isKnown(id: string): boolean {
    return this.#children.has(id);
  }

  /** Ends all and starts no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#children.keys()].map((id) => this.end(id)));
  }

  async #forget(id: string): Promise<void> {
    await this.#parts.records.remove(id, 0).catch(() => {});
    this.#children.delete(id);
  }
}
