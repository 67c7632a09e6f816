import { UnknownFeature } from './feature-errors.ts';
import type { CompletionFeatures, PromptFeatures, ResourceFeatures } from './mcp-features.ts';
import type { NameDirectory, NamedItem } from './name-directory.ts';

/** Where the values of an argument come from, and whether its id or its name is what is filled in. */
interface ArgumentSource {
  directory: NameDirectory;
  fillIn: keyof NamedItem;
}

/** Most values of one answer. Source: the completion utility of the MCP specification. */
const mostValues = 100;

export interface CompletionOptions {
  campaigns: NameDirectory;
  categories: NameDirectory;
  /** What is offered: arguments of anything else are not completed. */
  prompts: PromptFeatures['list'];
  templates: ResourceFeatures['templates'];
}

/**
 * Completion of prompt and template arguments. An argument means the same wherever it stands, so where what it belongs to has it, its
 * name decides.
 */
export function createCompletion({ campaigns, categories, prompts, templates }: CompletionOptions): CompletionFeatures {
  const sources: Record<string, ArgumentSource> = {
    campaign_id: { directory: campaigns, fillIn: 'id' },
    category: { directory: categories, fillIn: 'name' },
  };
  return {
    async complete(reference, argument, _known, context) {
      const names = 'prompt' in reference ? argumentsOf(prompts, reference.prompt) : variablesOf(templates, reference.template);
      const source = names.includes(argument.name) && Object.hasOwn(sources, argument.name) ? sources[argument.name] : undefined;
      if (source === undefined) return { values: [], total: 0, hasMore: false };
      const items = await source.directory.items(context);
      const found = matching(items, argument.value).map((item) => String(item[source.fillIn]));
      return { values: found.slice(0, mostValues), total: found.length, hasMore: found.length > mostValues };
    },
  };
}

function argumentsOf({ prompts }: PromptFeatures['list'], name: string): string[] {
  const prompt = prompts.find((candidate) => candidate.name === name);
  if (prompt === undefined) throw new UnknownFeature(`there is no prompt ${quoted(name)} here; see prompts/list`);
  return (prompt.arguments ?? []).map((argument) => argument.name);
}

function variablesOf({ resourceTemplates }: ResourceFeatures['templates'], uriTemplate: string): string[] {
  if (!resourceTemplates.some((candidate) => candidate.uriTemplate === uriTemplate))
    throw new UnknownFeature(`there is no template ${quoted(uriTemplate)} here; see resources/templates/list`);
  return [...uriTemplate.matchAll(/\{(\w+)\}/g)].map(([, variable = '']) => variable);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

/** Items whose id begins with the typed text or whose name has it, those whose name begins with it first. */
function matching(items: readonly NamedItem[], typed: string): NamedItem[] {
  const text = typed.trim().toLowerCase();
  if (text === '') return [...items];
  const begins = ({ id, name }: NamedItem) => String(id).startsWith(text) || name.toLowerCase().startsWith(text);
  const found = items.filter((item) => begins(item) || item.name.toLowerCase().includes(text));
  return found.sort((one, other) => Number(begins(other)) - Number(begins(one)));
}
