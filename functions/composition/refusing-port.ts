import { ProblemError } from '../../core/problem.ts';

/**
 * A port whose every method fails with ProblemError `not-available`: by a promise that rejects or, for ports that are not asynchronous, by
 * throwing.
 * @param detail What is missing, in words.
 */
export function refusingPort<Port extends object>(detail: string, how: 'reject' | 'throw' = 'reject'): Port {
  return new Proxy({} as Port, {
    get(_port, method) {
      // Not a promise, nor anything else that JavaScript looks for by itself.
      if (typeof method === 'symbol' || method === 'then') return undefined;
      return () => {
        const problem = new ProblemError('not-available', { detail });
        if (how === 'throw') throw problem;
        return Promise.reject(problem);
      };
    },
  });
}
