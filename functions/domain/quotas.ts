import { ProblemError } from '../../core/problem.ts';

/** How much one customer may have at once, so that one cannot use up what all share. Plans will set tighter limits. */
export const quotas = {
  instancesInWorkspace: 500,
  keysInWorkspace: 500,
  tokensOfInstance: 200,
  logStreamsInWorkspace: 20,
  alertRulesInWorkspace: 50,
} as const;

/** What a quota is about, in the words of its refusal. */
export interface QuotaWords {
  owner: string;
  things: string;
  nextStep: string;
}

export const workspaceInstances: QuotaWords = {
  owner: 'A workspace',
  things: 'instances',
  nextStep: 'Delete one that you no longer need, or ask the operator of this installation.',
};
export const workspaceKeys: QuotaWords = {
  owner: 'A workspace',
  things: 'keys',
  nextStep: 'Delete one that you no longer need, or ask the operator of this installation.',
};
export const instanceTokens: QuotaWords = {
  owner: 'An instance',
  things: 'tokens',
  nextStep: 'Revoke one that you no longer need.',
};
export const workspaceAlertRules: QuotaWords = {
  owner: 'A workspace',
  things: 'alert rules',
  nextStep: 'Delete one that you no longer need.',
};
export const workspaceLogStreams: QuotaWords = {
  owner: 'A workspace',
  things: 'open log streams',
  nextStep: 'Close the logs in another window, then try again.',
};

/** Throws ProblemError `limit-reached` where as many are present as allowed. */
export function refuseBeyond(limit: number, present: number, { owner, things, nextStep }: QuotaWords): void {
  if (present < limit) return;
  throw new ProblemError('limit-reached', { detail: `${owner} may have ${limit} ${things} at once. ${nextStep}` });
}
