import type { Parameter } from '../../container/instance/catalogue/operation.ts';
import catalogueFile from '../../container/instance/catalogue/smartlead-api.json' with { type: 'json' };
import { type SmartleadHosts, smartleadHostsSchema } from '../../core/instance-configuration.ts';

/** The shapes of what a request holds are the instance's; only what it leaves out of its bundle is declared here. */
export type {
  FieldShape,
  Parameter,
  ParameterType,
  ValueShape,
} from '../../container/instance/catalogue/operation.ts';

/** A rule between parameters that a single parameter's schema cannot express. */
export interface Constraint {
  kind: 'exactly_one_of' | 'at_least_one_of' | 'excludes' | 'requires' | 'requires_when';
  param?: string;
  params?: string[];
  needs?: string[];
  equals?: unknown;
}

export type HostName = keyof SmartleadHosts;

export interface Operation {
  /** `group/name`, such as `campaigns/get-all`. */
  id: string;
  group: string;
  method: string;
  host: HostName;
  path: string;
  params: Parameter[];
  effects: string[];
  constraints?: Constraint[];
  /** The answer as the reference shows it. Often not what the service really says: see `response_actual`. */
  response_example?: unknown;
  /** Shape of the answer as another source saw it; leaves are type names such as `integer|null`. */
  response_actual?: { source: string; shape: unknown };
}

interface Catalogue {
  endpoints: Operation[];
  extra_endpoints: Operation[];
}

const catalogue = catalogueFile as unknown as Catalogue;

/** Base URLs of the real hosts. */
export const realHosts: SmartleadHosts = smartleadHostsSchema.parse({});

/** The documented operations. */
export const documentedOperations: readonly Operation[] = catalogue.endpoints;

/** All operations the sandbox answers: the documented ones and those that only other clients know. */
export const operations: readonly Operation[] = [...catalogue.endpoints, ...catalogue.extra_endpoints];
