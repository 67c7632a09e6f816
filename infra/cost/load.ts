/** Hours of a month, and the seconds in them: a year's twelfth. */
export const hoursOfMonth = 730;
export const secondsOfMonth = hoursOfMonth * 3_600;

/** Customers who do alike. Each has a person, a Smartlead key and one instance of the smallest size. */
export interface CustomerGroup {
  count: number;
  /** Share of all hours in which the instance is awake, 0 to 1, the quarter of an hour before it falls asleep included. */
  duty: number;
  /** Tool calls in an hour awake. */
  callsPerBusyHour: number;
  /** How often an hour awake begins with waking up: 1 is as restless as it gets on average, 1/24 works through. */
  wakesPerBusyHour: number;
  /** Event streams that clients hold open while the instance is awake, and while it sleeps. */
  streamsAwake: number;
  streamsAsleep: number;
  /** Minutes a month that the dashboard is open. */
  dashboardMinutes: number;
  /** Rules that tell of trouble; the manager looks at a workspace every minute once it has one. */
  alertRules: number;
}

/** What is asked of the platform in a month, by all customers together. */
export interface Load {
  customers: number;
  /** Keys that lie in Secrets Manager at a time; the others are archived in the table. */
  keysInUse: number;
  awakeHours: number;
  calls: number;
  wakes: number;
  streamHours: number;
  dashboardMinutes: number;
  workspacesWithRules: number;
  /** Hours in which an instance has a stream at all: however many it has, they are counted together. */
  hoursOfStreams: number;
}

/** A customer who comes now and then: what `--duty` and `--calls-per-busy-hour` change. */
export const usualCustomer: Omit<CustomerGroup, 'count'> = {
  duty: 0.1,
  callsPerBusyHour: 60,
  wakesPerBusyHour: 1,
  streamsAwake: 1,
  streamsAsleep: 0,
  dashboardMinutes: 60,
  alertRules: 1,
};

/** Asleep all month, the dashboard opened twice for five minutes. */
export const idleCustomer: Omit<CustomerGroup, 'count'> = {
  ...usualCustomer,
  duty: 0,
  streamsAwake: 0,
  dashboardMinutes: 10,
};

/** The same, with a client that holds a stream open all month and asks for nothing. */
export const idleCustomerWithStream: Omit<CustomerGroup, 'count'> = { ...idleCustomer, streamsAsleep: 1 };

/** Share of keys that are in Secrets Manager, by how much of the time their instance is awake: archived after a day at rest. */
export function shareOfKeysInUse(duty: number): number {
  // Hours awake lie scattered over the month: 24 quiet hours in a row become rare quickly.
  return duty === 0 ? 0 : Math.min(1, 1 - (1 - duty) ** 24 + duty);
}

/** Adds groups up. */
export function loadOf(groups: readonly CustomerGroup[]): Load {
  const sum = (of: (group: CustomerGroup) => number): number =>
    groups.reduce((total, group) => total + group.count * of(group), 0);
  const awake = ({ duty }: CustomerGroup): number => duty * hoursOfMonth;
  const asleep = ({ duty }: CustomerGroup): number => (1 - duty) * hoursOfMonth;
  return {
    customers: sum(() => 1),
    keysInUse: sum(({ duty }) => shareOfKeysInUse(duty)),
    awakeHours: sum(awake),
    calls: sum((group) => awake(group) * group.callsPerBusyHour),
    wakes: sum((group) => awake(group) * group.wakesPerBusyHour),
    streamHours: sum((group) => awake(group) * group.streamsAwake + asleep(group) * group.streamsAsleep),
    hoursOfStreams: sum(
      (group) => awake(group) * Math.min(1, group.streamsAwake) + asleep(group) * Math.min(1, group.streamsAsleep),
    ),
    dashboardMinutes: sum(({ dashboardMinutes }) => dashboardMinutes),
    workspacesWithRules: sum(({ alertRules }) => Math.min(1, alertRules)),
  };
}
