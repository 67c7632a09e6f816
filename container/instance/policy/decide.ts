import type { CallPolicy, Policy, PolicySwitch } from '../../../core/policy.ts';
import type { Effect } from '../catalogue/operation.ts';

/** What the policy looks at in one call. */
export interface CallUnderPolicy {
  /** Name of the tool. */
  tool: string;
  effects: readonly Effect[];
  /** Whether the tool changes the account itself rather than the work in it. */
  administrative: boolean;
  /** Tools that the call takes as its steps. */
  steps?: readonly string[];
}

/** The part of a policy that names tools. */
export type ToolLists = Pick<CallPolicy, 'allowedTools' | 'deniedTools'>;

/** A setting of the instance that would have to change before a call is allowed. */
export type Obstacle =
  | { setting: 'allowedTools'; tool: string }
  | { setting: 'deniedTools'; tool: string; isStep?: true }
  /** The smallest policy that would do. */
  | { setting: 'policy'; needs: Policy }
  | { setting: 'switch'; needs: PolicySwitch };

const switchOfEffect: Partial<Record<Effect, PolicySwitch>> = {
  sends_email: 'send',
  destructive: 'destroy',
  spends_credits: 'spend',
  takes_secret: 'secrets',
  returns_secret: 'secrets',
};

const rank: Record<Policy, number> = { 'read-only': 0, standard: 1, full: 2 };

/**
 * Whether a tool may be called at all. An entry of the lists is final: nothing else in the policy brings the tool back.
 * @returns What forbids it, or undefined.
 */
export function listObstacle({ allowedTools, deniedTools }: ToolLists, tool: string): Obstacle | undefined {
  if (deniedTools?.includes(tool) === true) return { setting: 'deniedTools', tool };
  if (allowedTools !== undefined && !allowedTools.includes(tool)) return { setting: 'allowedTools', tool };
  return undefined;
}

/**
 * The first step of a tool that is denied. Steps need not be allowed: who allows a tool allows what it is made of.
 * @returns What forbids it, or undefined.
 */
export function stepObstacle({ deniedTools }: ToolLists, steps: readonly string[]): Obstacle | undefined {
  const denied = steps.find((step) => deniedTools?.includes(step) === true);
  return denied === undefined ? undefined : { setting: 'deniedTools', tool: denied, isStep: true };
}

/**
 * What stands between a call and its being made: first the lists of tools, then the policy together with the switches, so that one
 * refusal names all that has to change.
 * @returns Nothing where the call is allowed.
 */
export function decide(policy: CallPolicy, { tool, effects, administrative, steps = [] }: CallUnderPolicy): Obstacle[] {
  const listed = listObstacle(policy, tool) ?? stepObstacle(policy, steps);
  if (listed !== undefined) return [listed];
  const obstacles: Obstacle[] = [];
  const needed = neededPolicy(effects, administrative);
  if (rank[policy.policy] < rank[needed]) obstacles.push({ setting: 'policy', needs: needed });
  for (const needs of neededSwitches(effects)) {
    if (!policy.allow.includes(needs)) obstacles.push({ setting: 'switch', needs });
  }
  return obstacles;
}

/** Whether somebody must agree to a call that the policy allows: it sends, destroys or spends. */
export function needsConfirmation(effects: readonly Effect[]): boolean {
  return confirmedSwitches(effects).length > 0;
}

/** The switches whose use has to be confirmed for each call. Secrets are taken and returned without a question. */
export function confirmedSwitches(effects: readonly Effect[]): PolicySwitch[] {
  return neededSwitches(effects).filter((name) => name !== 'secrets');
}

function neededPolicy(effects: readonly Effect[], administrative: boolean): Policy {
  if (!effects.includes('write')) return 'read-only';
  return administrative ? 'full' : 'standard';
}

function neededSwitches(effects: readonly Effect[]): PolicySwitch[] {
  const names: PolicySwitch[] = [];
  for (const effect of effects) {
    const name = switchOfEffect[effect];
    if (name !== undefined && !names.includes(name)) names.push(name);
  }
  return names;
}
