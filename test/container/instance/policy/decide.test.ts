import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operations } from '../../../../container/instance/catalogue/catalogue.ts';
import type { Operation } from '../../../../container/instance/catalogue/operation.ts';
import { toolName } from '../../../../container/instance/catalogue/tool-name.ts';
import { isAdministrative } from '../../../../container/instance/policy/administrative-toolsets.ts';
import { decide, needsConfirmation } from '../../../../container/instance/policy/decide.ts';
import { operationEffects } from '../../../../container/instance/policy/operation-effects.ts';
import { toolsetOf } from '../../../../container/instance/tools/toolset-of-operation.ts';
import { type CallPolicy, type PolicySwitch, policies, policySwitches } from '../../../../core/policy.ts';
import { sampleArguments } from '../sample-arguments.ts';

/** The rules, said another way than in the code: what a call of an operation needs, from its catalogue entry alone. */
function statedNeeds(operation: Operation, callArguments: Record<string, unknown>): string[] {
  const has = (effect: string) => (operation.effects as string[]).includes(effect);
  const needs: string[] = [];
  const group = operation.id.split('/', 1)[0] ?? '';
  const toolset = toolsetOf(operation.id);
  if (has('write')) {
    needs.push(['mailboxes', 'senders', 'agency', 'webhooks'].includes(toolset) ? 'policy: full' : 'policy: standard');
  }
  if (operation.id === 'campaigns/update-status') {
    const { status } = callArguments;
    if (status === 'START') needs.push('switch: send');
    if (status === 'STOPPED') needs.push('switch: destroy');
    return needs;
  }
  if (has('sends_email')) needs.push('switch: send');
  if (has('destructive')) needs.push('switch: destroy');
  if (has('spends_credits')) needs.push('switch: spend');
  const passwordsOnly = has('read') && has('returns_secret') && (group === 'email-accounts' || group === 'campaigns');
  const keyNotGiven = operation.id === 'campaign-statistics/mailbox-statistics' && callArguments.private_api_key === undefined;
  if ((has('returns_secret') && !passwordsOnly) || (has('takes_secret') && !keyNotGiven)) needs.push('switch: secrets');
  return needs;
}

function decided(operation: Operation, callArguments: Record<string, unknown>, policy: CallPolicy): string[] {
  const obstacles = decide(policy, {
    tool: toolName(operation.id),
    effects: operationEffects(operation, callArguments),
    administrative: isAdministrative(toolsetOf(operation.id)),
  });
  return obstacles.map((obstacle) => `${obstacle.setting}: ${'needs' in obstacle ? obstacle.needs : obstacle.tool}`);
}

const order = policies.map((policy) => `policy: ${policy}`);

/** What is missing under a policy, of what is needed. */
function missing(needs: string[], { policy, allow }: CallPolicy): string[] {
  return needs.filter((need) =>
    need.startsWith('policy') ? order.indexOf(need) > policies.indexOf(policy) : !allow.includes(need.slice(8) as PolicySwitch),
  );
}

/** All 16 combinations of the four switches. */
const switchSets = Array.from({ length: 2 ** policySwitches.length }, (_, bits) =>
  policySwitches.filter((_name, index) => (bits >> index) % 2 === 1),
);

describe('every operation, under every policy with every combination of switches', () => {
  it.each(operations)('$id is allowed exactly where the rules say so', (operation) => {
    const variants =
      operation.id === 'campaigns/update-status'
        ? ['START', 'PAUSED', 'STOPPED'].map((status) => ({ campaign_id: 7, status }))
        : [sampleArguments(operation, 'required'), sampleArguments(operation, 'all')];
    for (const callArguments of variants) {
      const needs = statedNeeds(operation, callArguments);
      for (const policy of policies) {
        for (const allow of switchSets) {
          expect(decided(operation, callArguments, { policy, allow }).toSorted()).toEqual(
            missing(needs, { policy, allow }).toSorted(),
          );
        }
      }
    }
  });

  it('with nothing switched on, read-only lets through what changes nothing and standard what is ordinary', () => {
    const allowed = (policy: CallPolicy['policy']) =>
      operations.filter(
        (operation) => decided(operation, sampleArguments(operation, 'required'), { policy, allow: [] }).length === 0,
      );
    expect(allowed('read-only')).toHaveLength(112);
    for (const operation of allowed('read-only')) expect(operation.effects).toContain('read');
    for (const operation of allowed('full')) {
      expect(operation.effects.filter((effect) => ['sends_email', 'destructive', 'spends_credits'].includes(effect))).toEqual([]);
    }
  });
});

describe('the lists of tools', () => {
  it('come before everything else, and denying before allowing', () => {
    const name = fc.constantFrom(...operations.slice(0, 12).map(({ id }) => toolName(id)));
    const lists = fc.record({ allowedTools: fc.uniqueArray(name, { minLength: 1 }), deniedTools: fc.uniqueArray(name) });
    fc.assert(
      fc.property(lists, fc.constantFrom(...operations.slice(0, 12)), ({ allowedTools, deniedTools }, operation) => {
        const policy: CallPolicy = { policy: 'full', allow: policySwitches, allowedTools, deniedTools };
        const tool = toolName(operation.id);
        const outcome = decided(operation, sampleArguments(operation, 'required'), policy);
        if (deniedTools.includes(tool)) expect(outcome).toEqual([`deniedTools: ${tool}`]);
        else if (!allowedTools.includes(tool)) expect(outcome).toEqual([`allowedTools: ${tool}`]);
        else expect(outcome).toEqual([]);
      }),
    );
  });
});

describe('arguments nobody has checked', () => {
  it.each([undefined, null, 7, '', 'start', 'toString', ['START'], { status: 'PAUSED' }])(
    'count as the worst they might be: a status of %j',
    (status) => {
      const operation = operations.find(({ id }) => id === 'campaigns/update-status') as Operation;
      expect(operationEffects(operation, { campaign_id: 7, status })).toEqual(['write', 'sends_email', 'destructive']);
    },
  );
});

it('what sends, destroys or spends is confirmed; taking and returning secrets is not', () => {
  for (const operation of operations) {
    const risky = operation.effects.some((effect) => ['sends_email', 'destructive', 'spends_credits'].includes(effect));
    expect(needsConfirmation(operation.effects), operation.id).toBe(risky);
  }
});
