import { describe, expect, it } from 'vitest';
import { isRead, operations } from '../../../../container/instance/catalogue/catalogue.ts';
import { toolName } from '../../../../container/instance/catalogue/tool-name.ts';
import { verifyingRead } from '../../../../container/instance/smartlead/verifying-reads.ts';
import { createArgumentCheck } from '../../../../container/instance/tools/input-validation.ts';
import { sampleArguments } from '../sample-arguments.ts';

const writes = operations.filter((operation) => !isRead(operation));

describe('whether a write was done', () => {
  it('is asked of 80 writes', () => expect(writes).toHaveLength(80));

  it.each(writes)('$id is told by a read that exists, with arguments it accepts', async (operation) => {
    for (const which of ['required', 'all'] as const) {
      const verify = verifyingRead(operation, sampleArguments(operation, which));
      const read = operations.find(({ id }) => toolName(id) === verify?.tool);
      expect(read && isRead(read), verify?.tool).toBe(true);
      if (read === undefined || verify === undefined) continue;
      await createArgumentCheck(read)({ ...verify.arguments });
      expect(verify.lookFor).not.toBe('');
    }
  });

  it('takes the arguments of the write', () => {
    const pause = operations.find(({ id }) => id === 'campaigns/pause-lead');
    expect(pause && verifyingRead(pause, { campaign_id: 7, lead_id: 5 })).toEqual({
      tool: 'campaigns_get_leads',
      arguments: { campaign_id: 7, status: 'PAUSED' },
      lookFor: expect.any(String),
    });
  });

  it('is not asked of reads', () => {
    for (const read of operations.filter(isRead)) expect(verifyingRead(read, {})).toBeUndefined();
  });
});
