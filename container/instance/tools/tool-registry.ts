import type { ListToolsResult, Tool as ToolDefinition } from '@modelcontextprotocol/sdk/types.js';
import type { ToolSelection } from '../../../core/tool-selection.ts';
import { listObstacle, stepObstacle, type ToolLists } from '../policy/decide.ts';
import { withoutAssumedHints } from './assumed-hints.ts';
import { briefDefinitions } from './brief-definitions.ts';
import { createDiscoveryTools } from './discovery/discovery-tools.ts';
import { profileTools } from './profiles.ts';
import type { Tool } from './tool.ts';

/** The tools of an instance: one registry behind every transport and every session. */
export interface ToolRegistry {
  /** The answer to tools/list. Made once; the same object every time. */
  readonly list: ListToolsResult;
  /** A tool of the instance's selection: listed, reached through `call_tool`, or kept off the list by the policy alone. */
  find(name: string): Tool | undefined;
  /** Whether a tool of the selection may be called, with some arguments, as far as the policy's lists have a say. */
  mayBeCalled(name: string): boolean;
  /** Any tool there is, so that a call of one outside of the selection can be refused with the reason. */
  findAny(name: string): Tool | undefined;
}

/** Lists longer than this say everything as briefly as can be. */
const longestDetailedList = 60;

/** Builds the registry of the chosen ones among all tools. What the policy's lists forbid is not listed. */
export function createToolRegistry(
  all: readonly Tool[],
  selection: ToolSelection = { kind: 'full' },
  lists: ToolLists = {},
): ToolRegistry {
  const chosen = choose(all, selection);
  const isForbidden = ({ definition: { name }, madeOf }: Tool) =>
    (listObstacle(lists, name) ?? stepObstacle(lists, madeOf?.({}) ?? [])) !== undefined;
  const usable = chosen.filter((tool) => !isForbidden(tool));
  const discovery = selection.kind === 'discovery' ? createDiscoveryTools(usable) : undefined;
  const { allowedTools: _leadToThese, ...denied } = lists;
  const definitions = (discovery?.filter(({ definition }) => listObstacle(denied, definition.name) === undefined) ?? usable).map(
    ({ definition }) => definition,
  );
  const offered = byName([...chosen, ...(discovery ?? [])]);
  const callable = byName(usable);
  const existing = byName([...all, ...(discovery ?? [])]);
  return {
    list: { tools: listed(definitions, selection) },
    find: (name) => offered.get(name),
    mayBeCalled: (name) => callable.has(name),
    findAny: (name) => existing.get(name),
  };
}

/** The definitions in the form that suits the length of the list: profiles promise to be short, and long lists have to be. */
function listed(definitions: ToolDefinition[], { kind }: ToolSelection): ToolDefinition[] {
  if (definitions.length > longestDetailedList) return withoutAssumedHints(briefDefinitions(definitions, { answers: 'fields' }));
  return kind === 'profile' ? briefDefinitions(definitions) : definitions;
}

/** The tools of a selection, in the order of all; those of a profile in the order of the profile. */
function choose(all: readonly Tool[], selection: ToolSelection): readonly Tool[] {
  switch (selection.kind) {
    case 'full':
    case 'discovery':
      return all;
    case 'toolsets':
      return all.filter(({ toolset }) => (selection.toolsets as readonly string[]).includes(toolset));
    case 'profile': {
      const existing = byName(all);
      return profileTools[selection.profile].flatMap((name) => existing.get(name) ?? []);
    }
  }
}

function byName(tools: readonly Tool[]): Map<string, Tool> {
  return new Map(tools.map((tool) => [tool.definition.name, tool]));
}
