/** What tasks of instances run with, as it was deployed. */
export interface FargateSettings {
  stage: string;
  /** Name or ARN. */
  cluster: string;
  region: string;
  /** Task definitions are in families that start like this and a dash. */
  familyPrefix: string;
  /** Ids of private subnets: a task gets no public address. */
  subnets: readonly string[];
  /** Ids of groups that accept the router and the control plane alone. */
  securityGroups: readonly string[];
  /** Fetches image and secrets, and writes the log. The container never holds it. */
  executionRoleArn: string;
  /** A role without any permission. Without a role there is not even an identity to ask for. */
  taskRoleArn?: string;
  logGroup: string;
  /** Secret with which tasks prove that they belong to this platform. */
  poolSecretArn: string;
}

/** Whose capacity a task takes: Spot is cheaper, and AWS may end it with two minutes' notice. */
export type CapacityProvider = 'FARGATE' | 'FARGATE_SPOT';

/** Where every instance listens. */
export const instancePort = 3000;

/** Times in milliseconds; those that are missing are as on AWS. */
export interface FargateTimes {
  /** From the beginning of a launch until its doors serve. A task takes 20 to 60 s to start. */
  launchDeadline: number;
  /** Between two looks at what is written down about a task that starts. */
  ledgerPause: number;
  /** Between two questions to ECS about the same task, at first; each further pause is half as long again. */
  describePause: number;
  longestDescribePause: number;
  /** How long ECS may take until it shows what it was told, and how long a request for a task may be under way. */
  settle: number;
  /** How long what all tasks of the cluster are may be remembered. */
  listAge: number;
  /** How long it may take until the ledger finds a task by its id. */
  indexed: number;
  /** How long an instance's task may show no tags before they are added again. */
  untagged: number;
  /** For one conversation with a task. */
  assignment: number;
}

export const usualTimes: FargateTimes = {
  launchDeadline: 110_000,
  ledgerPause: 1000,
  describePause: 4000,
  longestDescribePause: 10_000,
  settle: 20_000,
  listAge: 1000,
  indexed: 1000,
  untagged: 120_000,
  assignment: 5000,
};
