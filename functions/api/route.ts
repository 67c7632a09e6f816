import type { z } from 'zod';
import type { ProblemType } from '../../core/problem.ts';
import type { WorkspaceRole } from '../../core/roles.ts';
import type { AuditEntry, Subject } from '../ports.ts';
import type { Platform } from './platform.ts';

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Who may call a route: anybody, members of the workspace from this role upwards, or operators of the installation. */
export type Access = 'public' | 'operator' | WorkspaceRole;

type NonPublicAccess = Exclude<Access, 'public'>;

/** What a handler works with. `subject` is always there on routes that are not public. */
export interface RouteContext<Params, Query, Body, Caller = Subject | undefined> {
  platform: Platform;
  subject: Caller;
  params: Params;
  query: Query;
  body: Body;
  /** Network address of the caller. */
  address: string;
  requestId: string;
  /** Request headers by lower-case name. */
  headers: Record<string, string | undefined>;
  /** Request cookies by name. */
  cookies: Record<string, string | undefined>;
  /** Values of `Set-Cookie` headers to send, with a success and with a failure. */
  setCookies: string[];
  /** Whether the host can send a streamed body. */
  streaming: boolean;
  /** Aborted when the client leaves. */
  signal: AbortSignal;
  /** What the audit entry of this request will say; the handler completes it. */
  audit: AuditDraft;
  /** Writes one more audit entry at once, for what the route's own entry does not cover. */
  record(entry: AuditDraft & { action: string; outcome: AuditEntry['outcome'] }): Promise<void>;
}

/** The parts of an audit entry that only the handler knows. Never a secret. */
export interface AuditDraft {
  actor?: string;
  workspaceId?: string | null;
  target?: string | null;
  details?: AuditEntry['details'];
  /** Set where the request asked for what is the case already: there is nothing to record then. */
  unchanged?: boolean;
}

/** What a handler answers with; the body is checked against, and cut to, the route's response schema. */
export interface RouteAnswer {
  body?: unknown;
  /**
   * Instead of `body`: text chunks of a `text/event-stream`. Where the context does not say `streaming` they are sent together when the
   * last one has come, so it has to end within seconds.
   */
  stream?: AsyncIterable<string>;
  headers?: Record<string, string>;
}

export interface RouteResponse {
  status: 200 | 201 | 202 | 204;
  description: string;
  /** Absent where there is no body. */
  schema?: z.ZodType;
  /** Whether the answer may be a `text/event-stream` too. */
  eventStream?: boolean;
}

/** One operation of the API, as the host mounts it, the middleware serves it and the OpenAPI document describes it. */
export interface Route {
  method: HttpMethod;
  /** Template such as `/v1/keys/{id}`. */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  access: Access;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodObject;
  response: RouteResponse;
  /** Problems beyond those that follow from the route's own form. */
  problems?: ProblemType[];
  /** Action of the audit entry. Present on every route that changes something. */
  auditAction?: string;
  /** Whether an Idempotency-Key is honoured. */
  idempotent: boolean;
  handle(context: RouteContext<unknown, unknown, unknown>): Promise<RouteAnswer>;
}

/** All operations on one kind of thing; one Lambda function on AWS. */
export interface ApiResource {
  /** File name of the resource, and its tag in the OpenAPI document. */
  name: string;
  description: string;
  routes: Route[];
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<string, never>;

interface RouteDefinition<Params, Query, Body, Who extends Access> extends Omit<Route, 'access' | 'handle' | 'idempotent'> {
  access: Who;
  params?: Params & z.ZodObject;
  query?: Query & z.ZodObject;
  body?: Body & z.ZodObject;
  /** Only to switch it off on a POST. */
  idempotent?: false;
  handle(
    context: RouteContext<
      Parsed<Params>,
      Parsed<Query>,
      Parsed<Body>,
      Who extends NonPublicAccess ? Subject : Subject | undefined
    >,
  ): Promise<RouteAnswer>;
}

/**
 * Declares one operation. The handler's context is typed by the schemas: the validation middleware has parsed params, query and
 * body with them, and the authentication middleware has found the subject, before the handler runs.
 */
export function defineRoute<
  Who extends Access,
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodObject | undefined = undefined,
>(definition: RouteDefinition<Params, Query, Body, Who>): Route {
  const { idempotent, handle, ...rest } = definition;
  return {
    ...rest,
    idempotent: definition.method === 'POST' && idempotent !== false,
    // The one place where the types of the declared schemas are forgotten; the middleware has established them.
    handle: (context) => handle.call(definition, context as Parameters<typeof handle>[0]),
  };
}
