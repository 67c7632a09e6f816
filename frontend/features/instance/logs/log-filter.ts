import type { LogFilter } from '../../../api/logs.ts';

export const noFilter: LogFilter = { level: '', tool: '', search: '', outcome: '', requestId: '', from: '', to: '' };

export function isFiltered(filter: LogFilter): boolean {
  return Object.values(filter).some((value) => value !== '');
}

/** Whether what happens from now on can fit the filter; what ended in the past is not followed. */
export function reachesNow(filter: LogFilter): boolean {
  return filter.to === '';
}

/** How far back a choice reaches, in milliseconds; `any` has no limit and `between` two times of its own. */
export const timeChoices = [
  { value: 'any', label: 'Any time' },
  { value: '900000', label: 'Last 15 minutes' },
  { value: '3600000', label: 'Last hour' },
  { value: '86400000', label: 'Last 24 hours' },
  { value: 'between', label: 'Between two times' },
] as const;

export type TimeChoice = (typeof timeChoices)[number]['value'];

/** The limits of a choice, counted back from now. */
export function limitsOf(choice: TimeChoice, now = Date.now()): Pick<LogFilter, 'from' | 'to'> {
  if (choice === 'any') return { from: '', to: '' };
  if (choice === 'between') return { from: localMinute(now - 3_600_000), to: localMinute(now) };
  return { from: new Date(now - Number(choice)).toISOString(), to: '' };
}

/** ISO 8601 of a local time as a `datetime-local` field holds it; empty where it is not complete. */
export function isoOfLocal(local: string): string {
  const time = new Date(local);
  return local === '' || Number.isNaN(time.getTime()) ? '' : time.toISOString();
}

/** The value of a `datetime-local` field for an ISO 8601 time. */
export function localOfIso(iso: string): string {
  if (iso === '') return '';
  const time = new Date(iso);
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

function localMinute(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 60_000) * 60_000).toISOString();
}
