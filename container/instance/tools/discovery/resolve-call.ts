import { isJsonObject } from '../../json/json-object.ts';
import type { ToolRegistry } from '../tool-registry.ts';
import { callToolName } from './discovery-tool-names.ts';

/** Arguments that steer a call itself; a model may put them beside the arguments of the tool it means, or among them. */
const steering = ['confirm', 'repeat'] as const;

/**
 * Which tool a call means. A call of `call_tool` is a call of the tool it names, under the same policy, confirmation, ledger and log
 * as a direct one. Any other call, and one of `call_tool` that names no tool, is returned as it is: the tool itself says what is wrong.
 */
export function resolveCall(
  registry: Pick<ToolRegistry, 'find' | 'findAny'>,
  name: string,
  callArguments: Record<string, unknown>,
): { name: string; callArguments: Record<string, unknown> } {
  const unresolved = { name, callArguments };
  if (name !== callToolName || registry.find(name) === undefined) return unresolved;
  const meant = callArguments.name;
  if (typeof meant !== 'string' || meant === callToolName || registry.findAny(meant) === undefined) return unresolved;
  const inner = argumentsObject(callArguments.arguments);
  if (inner === undefined) return unresolved;
  const beside = steering.filter((key) => callArguments[key] !== undefined).map((key) => [key, callArguments[key]]);
  return { name: meant, callArguments: { ...Object.fromEntries(beside), ...inner } };
}

/** The arguments as an object. Models also send them as the JSON text of one, or leave them out where a tool needs none. */
function argumentsObject(value: unknown): Record<string, unknown> | undefined {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string') return isJsonObject(value) ? value : undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
