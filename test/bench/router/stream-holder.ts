/**
 * Holds many idle streams in a process of its own. Its parent sends {@link HolderTask}s, one at a time, and gets a
 * {@link HolderReport} for each.
 */
import { HeldStream, type StreamTarget } from './held-stream.ts';

export type HolderTask =
  | { kind: 'open'; targets: StreamTarget[]; count: number; spreadMs: number; atOnce: number }
  /** Says the handshake on all streams that have not said it. */
  | { kind: 'handshake'; atOnce: number }
  | { kind: 'report' }
  | { kind: 'close' };

export interface HolderReport {
  open: number;
  /** Streams that were open and that the other side has closed. */
  closed: number;
  refused: number;
  /** The first reasons for which a stream was not opened. */
  reasons: string[];
  pingsAnswered: number;
  elapsedMs: number;
}

const streams = new Set<HeldStream>();
/** Of them, those whose clients have not said anything yet. */
const silent = new Set<HeldStream>();
let closed = 0;
let refused = 0;
const reasons = new Set<string>();

/** Opens streams with so many under way at once, evenly spread over a time (0: as fast as they are answered). */
async function openAll({ targets, count, spreadMs, atOnce }: HolderTask & { kind: 'open' }): Promise<void> {
  const started = performance.now();
  let next = 0;
  const opener = async () => {
    for (let index = next++; index < count; index = next++) {
      const dueInMs = started + (spreadMs * index) / count - performance.now();
      if (dueInMs > 1) await new Promise((resolve) => setTimeout(resolve, dueInMs));
      try {
        const stream = await HeldStream.open(targets[index % targets.length] as StreamTarget, () => {
          closed += 1;
        });
        streams.add(stream);
        silent.add(stream);
      } catch (error) {
        refused += 1;
        if (reasons.size < 3) reasons.add((error as Error).message.slice(0, 160));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, opener));
}

async function sayHandshakes(atOnce: number): Promise<void> {
  const speaker = async () => {
    for (const stream of silent) {
      silent.delete(stream);
      if (stream.isOpen) await stream.handshake();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, speaker));
}

async function run(task: HolderTask): Promise<HolderReport> {
  const started = performance.now();
  if (task.kind === 'open') await openAll(task);
  if (task.kind === 'handshake') await sayHandshakes(task.atOnce);
  if (task.kind === 'close') for (const stream of streams) stream.close();
  const elapsedMs = performance.now() - started;
  let open = 0;
  let pingsAnswered = 0;
  for (const stream of streams) {
    if (stream.isOpen) open += 1;
    pingsAnswered += stream.pingsAnswered;
  }
  return { open, closed, refused, reasons: [...reasons], pingsAnswered, elapsedMs };
}

process.on('message', (task: HolderTask) => void run(task).then((report) => process.send?.(report)));
process.on('disconnect', () => process.exit(0));
