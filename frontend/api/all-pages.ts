import type { Page } from './contract.ts';
import type { HttpClient } from './http-client.ts';

const pageSize = 100;
const mostPages = 20;

/** All items of a list that is short by nature, such as a workspace's keys; at most 2,000. */
export async function allPages<Item>(api: HttpClient, path: string, signal: AbortSignal): Promise<Page<Item>> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await api.get<Page<Item>>(path, { query: { limit: pageSize, cursor }, signal });
    items.push(...answer.items);
    if (answer.nextCursor === null) return { items, nextCursor: null };
    cursor = answer.nextCursor;
  }
  return { items, nextCursor: cursor ?? null };
}
