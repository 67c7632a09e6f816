import { toolsets } from '../../../../core/tool-selection.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { Tool } from '../tool.ts';
import { createDiscoveryTool } from './discovery-tool.ts';
import { searchToolsName } from './discovery-tool-names.ts';
import { createSearchIndex, type SearchIndex } from './search-index.ts';
import { needsOf } from './tool-needs.ts';

const usualHits = 8;
const mostHits = 50;
/** How much more a word says in a tool's name, and in its description, than in the name of an argument. */
const nameWeight = 4;
const descriptionWeight = 2;

/** Finds tools by words, by set, or both. */
export function createSearchTools(tools: readonly Tool[]): Tool {
  let index: SearchIndex | undefined;
  const byName = new Map(tools.map((tool) => [tool.definition.name, tool]));
  const ranked = (query: string) => {
    index ??= createSearchIndex(tools.map(searchable));
    return index.search(query).flatMap((name) => byName.get(name) ?? []);
  };
  return createDiscoveryTool({
    name: searchToolsName,
    description:
      'Find tools for one Smartlead account by what you want to do. Then describe_tool for the arguments and call_tool to call. ' +
      'Without query: all tools of a toolset.',
    parameters: [
      { name: 'query', type: 'string', required: false, maxLength: 500 },
      { name: 'toolset', type: 'string', required: false, enum: [...toolsets] },
      { name: 'reads_only', type: 'boolean', required: false },
      { name: 'limit', type: 'integer', required: false, min: 1, max: mostHits },
    ],
    notes: { query: 'Words such as: pause lead, reply rate per mailbox', limit: `${usualHits} unless given` },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    answer({ query, toolset, reads_only, limit }) {
      const asked = typeof query === 'string' && query.trim() !== '';
      const hits = (asked ? ranked(query) : tools).filter(
        (tool) =>
          (typeof toolset !== 'string' || tool.toolset === toolset) &&
          (reads_only !== true || tool.definition.annotations?.readOnlyHint === true),
      );
      const most = typeof limit === 'number' ? limit : asked || toolset === undefined ? usualHits : mostHits;
      return {
        items: hits.slice(0, most).map(summaryOf),
        total: hits.length,
        ...(hits.length === 0 ? { toolsets: [...toolsets], hint: 'Try fewer or other words, or a toolset without query.' } : {}),
      };
    },
  });
}

function searchable({ definition, toolset }: Tool) {
  return {
    name: definition.name,
    texts: [
      { text: definition.name, weight: nameWeight },
      { text: `${definition.description ?? ''} ${toolset}`, weight: descriptionWeight },
      { text: argumentWords(definition.inputSchema as JsonSchema), weight: 1 },
    ],
  };
}

/** Names of the arguments, and the words that they take: what a tool does may be in those alone. */
function argumentWords({ properties = {} }: JsonSchema): string {
  return Object.entries(properties)
    .flatMap(([name, { enum: words = [] }]) => [name, ...words.map(String)])
    .join(' ');
}

/** Enough to choose a tool, and to call one whose arguments speak for themselves. */
function summaryOf(tool: Tool): Record<string, unknown> {
  const { name, description, inputSchema, annotations } = tool.definition;
  const { needs, confirmed } = needsOf(tool);
  const { properties = {}, required = [] } = inputSchema as JsonSchema;
  const optional = Object.keys(properties).filter((argument) => !required.includes(argument));
  return {
    name,
    description,
    toolset: tool.toolset,
    reads: annotations?.readOnlyHint === true,
    ...(required.length === 0 ? {} : { required }),
    ...(optional.length === 0 ? {} : { optional }),
    ...(needs.length === 0 ? {} : { needs }),
    ...(confirmed ? { confirmed } : {}),
  };
}
