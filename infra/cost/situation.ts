import type { Load } from './load.ts';
import type { PricedRegion, PriceName } from './prices.ts';
import type { PricedSettings, Program } from './program.ts';

/** Everything that a bill depends on. */
export interface Situation {
  region: PricedRegion;
  settings: PricedSettings;
  program: Program;
  load: Load;
  /** Share of the instances' hours that run on spare capacity, 0 to 1. */
  spotShare: number;
  /** Tasks that wait for a customer; as many as the keeper would have wait where nothing is said. */
  warmTasks?: number;
  /** Users of the month that Cognito asks nothing for. */
  usersWithoutCharge: number;
}

/** The parts of the platform that a bill is divided into, as an operator thinks of them. */
export const parts = [
  'instances',
  'warm pool',
  'routers and manager',
  'table',
  'lifecycle',
  'API and accounts',
  'secrets and keys',
  'messages',
  'logs and measures',
  'network',
  'front door',
  'cache',
  'database',
] as const;
export type Part = (typeof parts)[number];

/** Something that is paid for, before its price is known. */
export interface Item {
  part: Part;
  what: string;
  price: PriceName;
  quantity: number;
  /** Times the price: 2 for a standby, less than 1 for spare capacity. */
  factor?: number;
}
