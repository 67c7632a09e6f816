import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createInstance } from '../../container/instance/instance.ts';
import { smartleadHostsSchema } from '../../core/instance-configuration.ts';
import { toolFacts } from '../../core/tool-facts.ts';
import { toolFactsSource } from '../../scripts/write-tool-facts.ts';

describe('the facts about tools that the platform knows', () => {
  let names: string[];

  beforeAll(async () => {
    const instance = createInstance(
      {
        smartleadApiKey: 'none',
        smartleadHosts: smartleadHostsSchema.parse({}),
        policy: { policy: 'full', allow: [] },
      },
      { write: () => undefined, flush: () => undefined },
    );
    names = instance.features.tools.list.tools.map(({ name }) => name);
    await instance.close();
  });

  it('name every tool of an instance once, and no other', () => {
    expect(toolFacts.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(names).toEqual(
      expect.arrayContaining(['build_campaign', 'import_leads', 'report_campaigns', 'export_leads', 'export_statistics']),
    );
  });

  it('are fresh; if not, run: node scripts/write-tool-facts.ts', async () => {
    const file = await readFile(new URL('../../core/tool-facts.ts', import.meta.url), 'utf8');
    expect(file).toBe(await toolFactsSource());
  });
});
