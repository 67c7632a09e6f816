import { ProblemError } from '../../../core/problem.ts';
import type { ApiEvent } from '../host.ts';
import type { Route } from '../route.ts';
import type { ApiMiddleware } from './request-state.ts';

interface CompiledRoute {
  route: Route;
  pattern: RegExp;
}

/**
 * Finds the route of a request: by `routeKey` where the host has matched it already, else by method and path. Unknown paths are
 * 404, known paths with another method 405.
 */
export function routing(routes: readonly Route[]): ApiMiddleware {
  const byKey = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  return {
    before({ event, context }) {
      const matched = byKey.get(event.routeKey);
      if (matched !== undefined) {
        context.state.route = matched;
        context.state.pathParameters = definedOnly(event.pathParameters ?? {});
        return;
      }
      const onPath = matchPath(compiled, event.rawPath);
      if (onPath.length === 0) throw new ProblemError('not-found', { detail: 'There is nothing at this path.' });
      const found = onPath.find(({ route }) => route.method === event.requestContext.http.method);
      if (found === undefined) {
        const allowed = onPath.map(({ route }) => route.method).join(', ');
        context.state.headers.allow = allowed;
        throw new ProblemError('method-not-allowed', { detail: `This path takes ${allowed}.` });
      }
      context.state.route = found.route;
      context.state.pathParameters = found.parameters;
    },
  };
}

function patternOf(template: string): RegExp {
  const source = template.replaceAll(/[.]/gu, '\\.').replaceAll(/\{(\w+)\}/gu, '(?<$1>[^/]+)');
  return new RegExp(`^${source}/?$`, 'u');
}

function matchPath(compiled: readonly CompiledRoute[], path: ApiEvent['rawPath']) {
  return compiled.flatMap(({ route, pattern }) => {
    const match = pattern.exec(path);
    return match === null ? [] : [{ route, parameters: { ...match.groups } as Record<string, string> }];
  });
}

function definedOnly(parameters: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
