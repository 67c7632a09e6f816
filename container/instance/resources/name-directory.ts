import type { NameDirectory, NamedItem } from '../features/name-directory.ts';
import { countOf, rowsOf, textOf } from '../json/json-value.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { createOperationSteps, operationById } from '../tools/operation-steps.ts';

/** How long names are good enough for completion, and how long to wait after a failure before asking again. */
const freshMs = 60_000;
const freshAfterFailureMs = 10_000;

/** The account's campaigns. */
export function createCampaignDirectory(caller: OperationCaller, now: () => number = Date.now): NameDirectory {
  return createDirectory(caller, { id: 'analytics/campaign-list', rows: 'campaign_list' }, now);
}

/** The account's lead categories. */
export function createCategoryDirectory(caller: OperationCaller, now: () => number = Date.now): NameDirectory {
  return createDirectory(caller, { id: 'leads/categories' }, now);
}

function createDirectory(caller: OperationCaller, source: { id: string; rows?: string }, now: () => number): NameDirectory {
  const steps = createOperationSteps(caller);
  let known: Promise<readonly NamedItem[]> | undefined;
  let goodUntil = 0;
  const load = async (session: string): Promise<readonly NamedItem[]> => {
    try {
      // Its own signal: whoever typed the first letter may be gone before the answer that all wait for.
      const signal = AbortSignal.timeout(30_000);
      const { value } = await steps.call(operationById(source.id), {}, { signal, session, repeat: false });
      return rowsOf(value, source.rows).flatMap((row) => {
        const id = countOf(row.id);
        return id === undefined ? [] : [{ id, name: textOf(row.name) }];
      });
    } catch {
      goodUntil = now() + freshAfterFailureMs;
      return [];
    }
  };
  return {
    async items({ signal, session }) {
      if (signal.aborted) return [];
      if (known === undefined || now() >= goodUntil) {
        goodUntil = now() + freshMs;
        known = load(session);
      }
      return untilAborted(known, signal);
    },
  };
}

function untilAborted(items: Promise<readonly NamedItem[]>, signal: AbortSignal): Promise<readonly NamedItem[]> {
  return new Promise((resolve) => {
    const leave = () => resolve([]);
    signal.addEventListener('abort', leave, { once: true });
    void items.then((found) => {
      signal.removeEventListener('abort', leave);
      resolve(found);
    });
  });
}
