/** What can be made to go wrong with a request. `drop-after-apply` does what was asked and cuts the connection before the answer. */
export const faultModes = ['timeout', 'reset', 'html', '500', '503', '429', 'drop-after-apply'] as const;
export type FaultMode = (typeof faultModes)[number];

export interface FaultPlan {
  /** Id of the operation to fail, such as `campaigns/create`; without it any request fails. */
  operation?: string;
  mode: FaultMode;
  /** How many requests fail. 1 where absent. */
  times?: number;
}

/** Planned faults, used up in the order they were planned. */
export class Faults {
  readonly #plans: (FaultPlan & { left: number })[] = [];

  plan(plan: FaultPlan): void {
    this.#plans.push({ ...plan, left: plan.times ?? 1 });
  }

  /** The fault this request meets, which counts as used. */
  take(operation: string | undefined): FaultMode | undefined {
    const index = this.#plans.findIndex((plan) => plan.operation === undefined || plan.operation === operation);
    const plan = this.#plans[index];
    if (plan === undefined) return undefined;
    plan.left -= 1;
    if (plan.left <= 0) this.#plans.splice(index, 1);
    return plan.mode;
  }

  clear(): void {
    this.#plans.length = 0;
  }
}
