import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * A request, as API Gateway's HTTP API sends it (payload format 2.0). The Express host builds the same event; it sets `version`,
 * `routeKey`, `rawPath`, `rawQueryString`, `headers` (lower-case names), `cookies`, `body`, `isBase64Encoded`, `pathParameters` and
 * `requestContext.{requestId, http.method, http.path, http.sourceIp}`.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export type ApiEvent = APIGatewayProxyEventV2 & {
  requestContext: APIGatewayProxyEventV2['requestContext'] & {
    /** Present behind a JWT authorizer. */
    authorizer?: { jwt?: { claims: Record<string, string | number | boolean | string[]> } };
  };
};

/** What the host knows beside the event. Lambda's own context fits; the Express host adds the last two. */
export interface HostContext {
  awsRequestId?: string;
  getRemainingTimeInMillis?: () => number;
  /** Whether the host can send a body that is an async iterable. */
  streaming?: boolean;
  /** Aborted when the client leaves. */
  signal?: AbortSignal;
}

/**
 * An answer in payload format 2.0. `body` is a string, or, only where the host said `streaming: true`, an async iterable of
 * text chunks to be sent as they come; iterating ends by itself when `signal` is aborted, and `return()` ends it too.
 */
export interface HandlerResult {
  statusCode: number;
  headers: Record<string, string>;
  /** Values of `Set-Cookie` headers. */
  cookies?: string[];
  body: string | AsyncIterable<string>;
  isBase64Encoded: false;
}

/** One Lambda function. Never rejects: every failure becomes a problem document. */
export type ApiHandler = (event: ApiEvent, context: HostContext) => Promise<HandlerResult>;
