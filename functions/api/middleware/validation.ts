import { z } from 'zod';
import { type FieldError, ProblemError } from '../../../core/problem.ts';
import type { ApiEvent } from '../host.ts';
import { fieldErrors, readableMessage } from './field-errors.ts';
import { type ApiMiddleware, routeOf } from './request-state.ts';

const nothing = z.strictObject({});
const anything = z.object({});

/**
 * Checks path, query and body against the route's schemas. All faults are told at once, unknown fields among them. A path
 * parameter that no identifier can have names nothing, so it is 404 like any other unknown one.
 */
export function validation(): ApiMiddleware {
  return {
    before({ event, context }) {
      const { params, query, body } = routeOf(context);
      const { state } = context;
      const parsedParams = (params ?? anything).safeParse(state.pathParameters);
      if (!parsedParams.success) throw new ProblemError('not-found');

      const errors: FieldError[] = [];
      const check = (schema: z.ZodObject, value: unknown): unknown => {
        const parsed = schema.safeParse(value, { error: readableMessage });
        if (!parsed.success) errors.push(...fieldErrors(parsed.error));
        return parsed.data;
      };
      const { parameters, repeated } = readQuery(event);
      errors.push(...repeated.map((path) => ({ path, message: 'may be given only once' })));
      const parsedQuery = check(query ?? nothing, parameters);
      const parsedBody = body === undefined && state.json === undefined ? undefined : check(body ?? nothing, state.json);
      if (errors.length > 0) throw new ProblemError('invalid-input', { errors });
      state.input = { params: parsedParams.data, query: parsedQuery, body: parsedBody };
    },
  };
}

function readQuery(event: ApiEvent): { parameters: Record<string, string>; repeated: string[] } {
  const given = new URLSearchParams(event.rawQueryString);
  const repeated = [...new Set(given.keys())].filter((name) => given.getAll(name).length > 1);
  return { parameters: Object.fromEntries(given), repeated };
}
