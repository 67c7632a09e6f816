import { randomUUID } from 'node:crypto';

/** A file that a tool made for the client, kept in memory for a while. */
export interface Export {
  uri: string;
  /** File name, such as `campaign-7-leads.csv`. */
  name: string;
  description: string;
  mimeType: string;
  bytes: Buffer;
  /** Unix time in milliseconds at which it is forgotten. */
  expiresAt: number;
}

export interface Exports {
  /** Keeps a file. Where there is no room, the oldest ones go. */
  add(file: Pick<Export, 'name' | 'description' | 'mimeType' | 'bytes'>): Export;
  /** The files that are still there, the newest first. */
  list(): readonly Export[];
  find(uri: string): Export | undefined;
  /** Calls back whenever {@link list} has changed. @returns the function that ends it. */
  onChanged(listener: () => void): () => void;
  /** Forgets all files and stops waiting for their end. */
  close(): void;
}

export interface ExportsOptions {
  now?: () => number;
  /** Bytes of all files together. */
  mostBytes?: number;
  mostFiles?: number;
  /** Milliseconds a file is kept. */
  lifetimeMs?: number;
}

export const exportUriPrefix = 'smartlead://exports/';
export const exportLifetimeMs = 3_600_000;
/** Bytes one file may have, so that one export never drives out more than half of the others. */
export const largestExportBytes = 8 * 1024 * 1024;

/** A bounded store of files: by bytes, number and age. */
export function createExports(options: ExportsOptions = {}): Exports {
  const { now = Date.now, mostBytes = 2 * largestExportBytes, mostFiles = 20, lifetimeMs = exportLifetimeMs } = options;
  // In the order they were made, which is the order they expire in.
  const files = new Map<string, Export>();
  const listeners = new Set<() => void>();
  let heldBytes = 0;
  let timer: NodeJS.Timeout | undefined;

  const forget = (file: Export) => {
    if (files.delete(file.uri)) heldBytes -= file.bytes.length;
  };
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const forgetExpired = () => {
    const before = files.size;
    for (const file of files.values()) {
      if (file.expiresAt > now()) break;
      forget(file);
    }
    return files.size < before;
  };
  const waitForNextEnd = () => {
    clearTimeout(timer);
    const [next] = files.values();
    if (next === undefined) return;
    timer = setTimeout(
      () => {
        if (forgetExpired()) tell();
        waitForNextEnd();
      },
      Math.max(1, next.expiresAt - now()),
    );
    timer.unref();
  };

  return {
    add(file) {
      forgetExpired();
      for (const oldest of files.values()) {
        if (files.size < mostFiles && heldBytes + file.bytes.length <= mostBytes) break;
        forget(oldest);
      }
      const kept: Export = { ...file, uri: `${exportUriPrefix}${randomUUID()}.csv`, expiresAt: now() + lifetimeMs };
      files.set(kept.uri, kept);
      heldBytes += kept.bytes.length;
      waitForNextEnd();
      tell();
      return kept;
    },
    list() {
      forgetExpired();
      return [...files.values()].reverse();
    },
    find(uri) {
      forgetExpired();
      return files.get(uri);
    },
    onChanged(listener) {
      // Each subscriber stands for itself, even where two pass the same function.
      const own = () => listener();
      listeners.add(own);
      return () => listeners.delete(own);
    },
    close() {
      clearTimeout(timer);
      files.clear();
      heldBytes = 0;
      listeners.clear();
    },
  };
}
