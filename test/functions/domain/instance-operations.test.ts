import fc from 'fast-check';
import { expect, it } from 'vitest';
import { desiredStates, instanceStatuses } from '../../../core/instance-status.ts';
import { newInstance } from '../../../functions/domain/instance-creation.ts';
import { decideAfterSettingsChange, decideOperation } from '../../../functions/domain/instance-operations.ts';
import type { Instance } from '../../../functions/ports.ts';

const base = newInstance(
  'ins_1',
  'ws_1',
  { name: 'a', keyId: 'key_1', mode: 'both', toolsets: null, policy: 'read-only', size: 'small' },
  '2026-11-22T08:00:00.000Z',
);

const anyInstance: fc.Arbitrary<Instance> = fc
  .record({ status: fc.constantFrom(...instanceStatuses), desiredState: fc.constantFrom(...desiredStates) })
  .map((state) => ({ ...base, ...state }));

it('a wish that was carried out is not carried out again', () => {
  const notSuspended = anyInstance.filter((instance) => instance.status !== 'suspended');
  fc.assert(
    fc.property(notSuspended, fc.constantFrom('start', 'stop', 'restart'), (instance, wish) => {
      const first = decideOperation(instance, wish);
      expect(decideOperation({ ...instance, ...first?.change }, wish)).toBeUndefined();
    }),
  );
});

it('changed settings restart only what should run', () => {
  fc.assert(
    fc.property(anyInstance, (instance) => {
      const decision = decideAfterSettingsChange(instance);
      if (instance.desiredState !== 'running') expect(decision).toBeUndefined();
      if (decision !== undefined) expect(decision.operation).toBe('restart');
    }),
  );
  expect(decideAfterSettingsChange({ ...base, status: 'provisioning' })?.operation).toBe('restart');
});
