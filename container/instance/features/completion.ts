import type { NameDirectory, NamedItem } from '../resources/name-directory.ts';
import type { CompletionFeatures } from './mcp-features.ts';

/** Where the values of an argument come from, and whether its id or its name is what is filled in. */
interface ArgumentSource {
  directory: NameDirectory;
  fillIn: keyof NamedItem;
}

/** Most values of one answer. Source: the completion utility of the MCP specification. */
const mostValues = 100;

/** Completion of prompt and template arguments: an argument means the same wherever it stands, so its name decides. */
export function createCompletion({
  campaigns,
  categories,
}: {
  campaigns: NameDirectory;
  categories: NameDirectory;
}): CompletionFeatures {
  const sources: Record<string, ArgumentSource> = {
    campaign_id: { directory: campaigns, fillIn: 'id' },
    category: { directory: categories, fillIn: 'name' },
  };
  return {
    async complete(_reference, argument, _known, context) {
      const source = Object.hasOwn(sources, argument.name) ? sources[argument.name] : undefined;
      if (source === undefined) return { values: [], total: 0, hasMore: false };
      const items = await source.directory.items(context);
      const found = matching(items, argument.value).map((item) => String(item[source.fillIn]));
      return { values: found.slice(0, mostValues), total: found.length, hasMore: found.length > mostValues };
    },
  };
}

/** Items whose id begins with the typed text or whose name has it, those whose name begins with it first. */
function matching(items: readonly NamedItem[], typed: string): NamedItem[] {
  const text = typed.trim().toLowerCase();
  if (text === '') return [...items];
  const begins = ({ id, name }: NamedItem) => String(id).startsWith(text) || name.toLowerCase().startsWith(text);
  const found = items.filter((item) => begins(item) || item.name.toLowerCase().includes(text));
  return found.sort((one, other) => Number(begins(other)) - Number(begins(one)));
}
