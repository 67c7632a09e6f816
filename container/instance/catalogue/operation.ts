/** Types a parameter can have; a list of them means that any will do. */
export type ParameterType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'any';

/** What a value must look like, wherever it stands: a parameter, a nested field or an element of a list. */
export interface ValueShape {
  type: ParameterType | ParameterType[];
  enum?: (string | number)[];
  min?: number;
  max?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
  default?: unknown;
  nullable?: boolean;
  secret?: boolean;
  items?: ValueShape;
  properties?: FieldShape[];
}

export interface FieldShape extends ValueShape {
  name: string;
  required: boolean;
}

export interface Parameter extends FieldShape {
  in: 'path' | 'query' | 'body';
}

/** What a call can do beyond answering. Every operation has exactly one of `read` and `write`. */
export type Effect = 'read' | 'write' | 'destructive' | 'sends_email' | 'spends_credits' | 'returns_secret' | 'takes_secret';

export type SmartleadHost = 'core' | 'prospect' | 'delivery' | 'senders';

/** A rule between parameters. Names may be paths into nested fields, such as `leadList.listId`. */
export type Constraint =
  | { kind: 'exactly_one_of' | 'at_least_one_of'; params: string[] }
  | { kind: 'excludes'; param: string; params: string[] }
  | { kind: 'requires'; param: string; needs: string[] }
  | { kind: 'requires_when'; param: string; equals: unknown; needs: string[] };

export type Pagination =
  | { style: 'offset-limit'; in: 'query' | 'body'; limit: string; offset: string; max_limit?: number; default_limit?: number }
  | { style: 'cursor'; in: 'query' | 'body'; limit: string; cursor: string; cursor_from: string; max_limit?: number };

/** One operation of the Smartlead API: what a request to it looks like and what it does. */
export interface Operation {
  /** Group and name, such as `campaigns/get-all`. */
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  host: SmartleadHost;
  /** Path below the host's base URL, with `{name}` where a path parameter goes. */
  path: string;
  params: Parameter[];
  effects: Effect[];
  /** Whether the same request twice leaves the same state as once. */
  idempotent: boolean;
  pagination?: Pagination;
  constraints?: Constraint[];
}
