import { UnknownFeature } from '../features/feature-errors.ts';
import type { PromptFeatures } from '../features/mcp-features.ts';
import { launchChecklist } from './launch-checklist.ts';
import type { Prompt } from './prompt.ts';
import { checkArguments } from './prompt-arguments.ts';
import { replyTriage } from './reply-triage.ts';
import { weeklyReport } from './weekly-report.ts';

const all: readonly Prompt[] = [weeklyReport, replyTriage, launchChecklist];

export interface PromptsOptions {
  /** Whether this instance has a tool: a prompt that speaks of one it has not would lead a model astray, so it is not offered. */
  hasTool(name: string): boolean;
  now?: () => number;
}

/** The prompts of an instance. */
export function createPrompts({ hasTool, now = Date.now }: PromptsOptions): PromptFeatures {
  const prompts = all.filter(({ tools }) => tools.every(hasTool));
  const byName = new Map(prompts.map((prompt) => [prompt.definition.name, prompt]));
  return {
    list: { prompts: prompts.map(({ definition }) => definition) },
    async get(name, promptArguments) {
      const prompt = byName.get(name);
      if (prompt === undefined)
        throw new UnknownFeature(`there is no prompt ${JSON.stringify(name.slice(0, 100))} here; see prompts/list`);
      const text = prompt.text(checkArguments(prompt, promptArguments), { now: now(), hasTool });
      return {
        ...(prompt.definition.description === undefined ? {} : { description: prompt.definition.description }),
        messages: [{ role: 'user', content: { type: 'text', text } }],
      };
    },
  };
}
