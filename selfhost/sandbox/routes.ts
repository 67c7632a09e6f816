import { type HostName, type Operation, operations } from './catalogue.ts';

export interface RouteMatch {
  operation: Operation;
  path: Record<string, string>;
}

interface RouteNode {
  literals: Map<string, RouteNode>;
  parameter: RouteNode | undefined;
  operation: Operation | undefined;
}

const roots = new Map<string, RouteNode>();
for (const operation of operations) addRoute(operation);

/**
 * Finds the operation behind a method and a path below a host's base URL. As in the real web framework a trailing slash makes no
 * difference, and a literal segment wins over a parameter. Undefined where no such route exists.
 */
export function findRoute(host: HostName, method: string, path: string): RouteMatch | undefined {
  const root = roots.get(`${host} ${method}`);
  if (root === undefined) return undefined;
  const values: string[] = [];
  const operation = descend(root, segmentsOf(path), 0, values);
  if (operation === undefined) return undefined;
  const names = [...operation.path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? '');
  return { operation, path: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) };
}

function addRoute(operation: Operation): void {
  const key = `${operation.host} ${operation.method}`;
  let node = roots.get(key);
  if (node === undefined) {
    node = emptyNode();
    roots.set(key, node);
  }
  for (const segment of segmentsOf(operation.path)) {
    if (segment.startsWith('{')) {
      node.parameter ??= emptyNode();
      node = node.parameter;
    } else {
      const next: RouteNode = node.literals.get(segment) ?? emptyNode();
      node.literals.set(segment, next);
      node = next;
    }
  }
  node.operation = operation;
}

function descend(node: RouteNode, segments: string[], index: number, values: string[]): Operation | undefined {
  const segment = segments[index];
  if (segment === undefined) return node.operation;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? undefined : descend(literal, segments, index + 1, values);
  if (found !== undefined || node.parameter === undefined) return found;
  values.push(segment);
  const behindParameter = descend(node.parameter, segments, index + 1, values);
  if (behindParameter === undefined) values.pop();
  return behindParameter;
}

function segmentsOf(path: string): string[] {
  return path.replace(/\/+$/, '').split('/').slice(1);
}

function emptyNode(): RouteNode {
  return { literals: new Map(), parameter: undefined, operation: undefined };
}
