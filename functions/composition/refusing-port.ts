import { ProblemError } from '../../core/problem.ts';

/**
 * A port whose every method rejects with ProblemError `not-available`.
 * @param detail What is missing, in words.
 */
export function refusingPort<Port extends object>(detail: string): Port {
  return new Proxy({} as Port, {
    get(_port, method) {
      // Not a promise, nor anything else that JavaScript looks for by itself.
      if (typeof method === 'symbol' || method === 'then') return undefined;
      return () => Promise.reject(new ProblemError('not-available', { detail }));
    },
  });
}
