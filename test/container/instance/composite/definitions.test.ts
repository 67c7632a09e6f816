import { describe, expect, it } from 'vitest';
import { createCompositeTools } from '../../../../container/instance/composite/composite-tools.ts';
import { createExports } from '../../../../container/instance/resources/exports.ts';

const tools = createCompositeTools({ caller: { call: async () => ({ value: {} }) }, exports: createExports() });

describe('the tools of many steps', () => {
  it('are these five', () =>
    expect(tools.map(({ definition }) => definition.name)).toEqual([
      'build_campaign',
      'import_leads',
      'report_campaigns',
      'export_leads',
      'export_statistics',
    ]));

  it('cost at most 6 KB of context together', () =>
    expect(Buffer.byteLength(JSON.stringify(tools.map(({ definition }) => definition)))).toBeLessThanOrEqual(6 * 1024));

  it.each(tools.map((tool) => ({ name: tool.definition.name, tool })))(
    '$name says all four hints, and they agree with its effects',
    ({ tool }) => {
      expect(Object.keys(tool.definition.annotations ?? {}).sort()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
      const effects = tool.effects({ leads: [{}], start: true });
      expect(tool.definition.annotations?.readOnlyHint).toBe(!effects.includes('write'));
      expect(effects).not.toContain('destructive');
      expect(effects.includes('sends_email')).toBe(effects.includes('write'));
    },
  );

  it.each([{ leads: 'x' }, { start: 'true' }, { leads: [], start: 1 }])(
    '%j counts as sending before it is checked',
    (callArguments) => {
      const [build] = tools;
      expect(build?.effects(callArguments)).toContain('sends_email');
    },
  );

  it.each(tools.map((tool) => ({ name: tool.definition.name, tool })))(
    '$name refuses what it does not know',
    async ({ tool }) => {
      await expect(tool.check({ __nothing__: 1 })).rejects.toMatchObject({ code: 'invalid_arguments' });
    },
  );
});
