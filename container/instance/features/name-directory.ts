import type { ReadContext } from './mcp-features.ts';

/** Something that can be picked by id or by name. */
export interface NamedItem {
  id: number;
  name: string;
}

/** Ids and names for completion, read seldom enough that typing does not use up the rate limit. */
export interface NameDirectory {
  /** Answers nothing where the names cannot be read or the caller has left: completion must never fail. */
  items(context: ReadContext): Promise<readonly NamedItem[]>;
}
