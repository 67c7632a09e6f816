import type { InstanceDescription } from './ports.ts';

/** Identifier of a JSON-RPC request. */
export type RpcId = string | number;

export interface RefusalOptions {
  /** HTTP status where the refusal is a response of its own. */
  status: number;
  /** JSON-RPC error code. */
  code: number;
  /** Stable name of the reason, part of the contract. */
  reason: string;
  /** What happened, for a person. */
  message: string;
  /** What to do about it. */
  nextStep: string;
  /** Seconds after which the same request may succeed; absent where repeating it is of no use. */
  retryAfter?: number;
  /** Value of the `Allow` header, for 405. */
  allow?: string;
}

/**
 * Why the router does not do what a client asked, in a form every MCP client can show: a JSON-RPC error whose `data` says the
 * reason, whether to try again and what to do. Its text is fixed or comes from the control plane, never from a request.
 */
export class Refusal {
  readonly status: number;
  readonly reason: string;
  readonly retryAfter: number | undefined;
  readonly allow: string | undefined;
  readonly message: string;
  readonly #errorJson: string;

  constructor(options: RefusalOptions) {
    this.status = options.status;
    this.reason = options.reason;
    this.retryAfter = options.retryAfter;
    this.allow = options.allow;
    this.message = options.message;
    this.#errorJson = JSON.stringify({
      code: options.code,
      message: options.message,
      data: {
        reason: options.reason,
        retry: options.retryAfter !== undefined,
        ...(options.retryAfter === undefined ? {} : { retryAfter: options.retryAfter }),
        nextStep: options.nextStep,
      },
    });
  }

  /** The JSON-RPC error response to the request with the id; `null` where the request has none or could not be read. */
  body(id: RpcId | null): string {
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${this.#errorJson}}`;
  }
}

const serverError = -32000;
const notFound = -32001;
const invalidRequest = -32600;
const parseError = -32700;

const createToken = "Send a token of this instance as 'Authorization: Bearer <token>'. You create one on the instance's page.";

export const refusals = {
  unknownDoor: new Refusal({
    status: 404,
    code: invalidRequest,
    reason: 'unknown_door',
    message: 'Nothing is served at this path.',
    nextStep: 'Use the URL shown on the page of your instance; it ends in /mcp or /sse.',
  }),
  tokenMissing: new Refusal({
    status: 401,
    code: serverError,
    reason: 'token_missing',
    message: 'This instance needs a token.',
    nextStep: createToken,
  }),
  tokenMalformed: new Refusal({
    status: 401,
    code: serverError,
    reason: 'token_malformed',
    message: 'This is not a complete instance token: it is cut off, mistyped or of another kind.',
    nextStep: 'Copy the whole token again, without quotes or spaces, or create a new one.',
  }),
  tokenUnknown: new Refusal({
    status: 401,
    code: serverError,
    reason: 'token_unknown',
    message: 'This token is not valid, or no longer.',
    nextStep: createToken,
  }),
  tokenExpired: new Refusal({
    status: 401,
    code: serverError,
    reason: 'token_expired',
    message: 'This token has expired.',
    nextStep: createToken,
  }),
  tokenInUrl: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'token_in_url',
    message: 'A token or key in a URL is not accepted: URLs are written to logs and histories.',
    nextStep: "Send it as 'Authorization: Bearer <token>', and replace the one that was in the URL: it may have been recorded.",
  }),
  malformedRequest: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'malformed_request',
    message: 'This is not a valid HTTP request.',
    nextStep: 'Check what sends it, and proxies on its way; then send it again.',
  }),
  headersTooLarge: new Refusal({
    status: 431,
    code: invalidRequest,
    reason: 'headers_too_large',
    message: 'The headers of the request are too large.',
    nextStep: 'Send fewer or shorter headers, 16 KB at most.',
  }),
  requestTimedOut: new Refusal({
    status: 408,
    code: serverError,
    reason: 'request_timed_out',
    message: 'The request took too long to arrive. Nothing was done.',
    nextStep: 'Send it again over a connection that does not stall.',
    retryAfter: 1,
  }),
  starting: new Refusal({
    status: 503,
    code: serverError,
    reason: 'starting',
    message: 'This gateway is starting. Nothing was done.',
    nextStep: 'Try again in a moment.',
    retryAfter: 2,
  }),
  credentialsDiffer: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'credentials_differ',
    message: "The headers 'Authorization' and 'X-API-Key' hold different tokens.",
    nextStep: "Send the token of this instance once, as 'Authorization: Bearer <token>' or as 'X-API-Key: <token>'.",
  }),
  sessionIdMalformed: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'session_id_malformed',
    message: 'This cannot be the id of a session: ids are visible ASCII characters, at most 2,048 of them.',
    nextStep: 'Send back the id exactly as this server gave it, once.',
  }),
  bodyNotExpected: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'body_not_expected',
    message: 'Only POST requests have a body here.',
    nextStep: 'Send the message as POST.',
  }),
  hostMissing: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'host_missing',
    message: "The request has no 'Host' header.",
    nextStep: "Send the host of the URL shown on the page of your instance as 'Host'.",
  }),
  tooDeep: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'too_deep',
    message: 'The message is nested too deeply.',
    nextStep: 'Send a message with fewer levels of arrays and objects.',
  }),
  requestIdUnusable: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'request_id_unusable',
    message: 'The id of a request must be a finite number or a text of at most 1,000 characters.',
    nextStep: 'Number the requests of a session.',
  }),
  tooManyCallsOfToken: tooManyCalls('token', 'Use a token of its own for each client, or ask less often.'),
  tooManyCallsOfInstance: tooManyCalls('instance', 'Ask less often, or spread the work over several instances.'),
  tooManyCallsOfWorkspace: tooManyCalls('workspace', 'Ask less often: its instances together reached the limit.'),
  instanceTooManyPosts: new Refusal({
    status: 429,
    code: serverError,
    reason: 'instance_crowded',
    message: 'Too many requests to this instance, or to this workspace, are open at once. Nothing was done.',
    nextStep: 'Wait for answers before you send more.',
    retryAfter: 2,
  }),
  tokenTooManyWaiting: new Refusal({
    status: 429,
    code: serverError,
    reason: 'too_many_waiting',
    message: 'Too many requests of this token wait for the instance to be there. Nothing was done.',
    nextStep: 'Send more once it answers.',
    retryAfter: 2,
  }),
  instanceTooManyWaiting: new Refusal({
    status: 503,
    code: serverError,
    reason: 'too_many_waiting',
    message: 'Too many requests wait for the instance to be there. Nothing was done.',
    nextStep: 'Try again in a few seconds.',
    retryAfter: 5,
  }),
  gatewayBusy: new Refusal({
    status: 503,
    code: serverError,
    reason: 'gateway_busy',
    message: 'Too many connections to this instance are being opened at once. Nothing was done.',
    nextStep: 'Try again in a few seconds.',
    retryAfter: 5,
  }),
  /** Nobody reads it: the client left before it had its answer. */
  clientLeft: new Refusal({
    status: 499,
    code: serverError,
    reason: 'client_left',
    message: 'The client left while it waited for the instance. Nothing was done.',
    nextStep: 'Send it again if it is still wanted.',
    retryAfter: 1,
  }),
  instanceNotFound: new Refusal({
    status: 404,
    code: notFound,
    reason: 'instance_not_found',
    message: 'No such instance is open to this token.',
    nextStep: 'Check that the URL and the token belong to the same instance.',
  }),
  sessionNotFound: new Refusal({
    status: 404,
    code: notFound,
    reason: 'session_not_found',
    message: 'Session not found.',
    nextStep: 'Begin a new session with an initialize request.',
  }),
  /** Its chunks are described at more length than is read; a message itself is judged by {@link bodyTooLarge}. */
  chunkExtensionsTooLarge: new Refusal({
    status: 413,
    code: invalidRequest,
    reason: 'body_too_large',
    message: 'The message has chunk extensions that are too large.',
    nextStep: 'Send it without chunk extensions.',
  }),
  handshakeTooLarge: new Refusal({
    status: 413,
    code: invalidRequest,
    reason: 'handshake_too_large',
    message: 'The message that begins the session is too large: it may have 65,536 bytes at most.',
    nextStep: 'Send "initialize" alone, with a shorter description of the client; pictures belong behind links.',
  }),
  bodyTimedOut: new Refusal({
    status: 408,
    code: serverError,
    reason: 'body_timed_out',
    message: 'The message did not arrive in time. Nothing was done.',
    nextStep: 'Send it again over a faster connection, or in smaller parts.',
    retryAfter: 1,
  }),
  sessionIdMissing: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'session_id_missing',
    message: 'The URL names no session.',
    nextStep: "Open the stream at /sse and post to the address that its first event, 'endpoint', names.",
  }),
  requestIdInUse: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'request_id_in_use',
    message: 'A request with this id is still being answered in this session. Nothing was done.',
    nextStep: 'Give each request of a session an id of its own.',
  }),
  sessionNotHere: new Refusal({
    status: 421,
    code: serverError,
    reason: 'session_not_here',
    message: 'This gateway does not have the session. Nothing was done.',
    nextStep: 'Try again in a moment.',
    retryAfter: 1,
  }),
  streamNotFound: new Refusal({
    status: 503,
    code: serverError,
    reason: 'stream_not_found',
    message: 'The gateways cannot tell at the moment which of them holds the stream of this session. Nothing was done.',
    nextStep: 'Try again in a moment; if it stays so, open the stream again.',
    retryAfter: 2,
  }),
  sessionNotRestored: new Refusal({
    status: 503,
    code: serverError,
    reason: 'session_not_restored',
    message: 'The instance does not take up this session again. Nothing was done.',
    nextStep: 'Connect again.',
    retryAfter: 2,
  }),
  sseNotServed: new Refusal({
    status: 404,
    code: invalidRequest,
    reason: 'sse_not_served',
    message: 'This instance does not serve HTTP+SSE.',
    nextStep: "Change the instance's mode to 'sse' or 'both', or use the transport that its mode serves.",
  }),
  answerTooLarge: new Refusal({
    status: 502,
    code: serverError,
    reason: 'answer_too_large',
    message: 'The connection was cut while a large answer was being sent, and it was too large to be kept.',
    nextStep: 'If it was a read, ask for less at once. If it was a change, it was carried out: read the present state.',
  }),
  answerLost: new Refusal({
    status: 503,
    code: serverError,
    reason: 'answer_lost',
    message:
      "The connection was cut while several of this client's sessions waited for answers, and this one cannot be told from them.",
    nextStep: 'Read again.',
    retryAfter: 1,
  }),
  tooManyPosts: new Refusal({
    status: 429,
    code: serverError,
    reason: 'too_many_requests',
    message: 'This token has too many requests open. Nothing was done.',
    nextStep: 'Wait for answers before you send more, or use a token of its own for each client.',
    retryAfter: 2,
  }),
  tokenBodiesTooLarge: new Refusal({
    status: 429,
    code: serverError,
    reason: 'too_much_at_once',
    message: 'This token sends too many large messages at once. Nothing was done.',
    nextStep: 'Send large messages one after the other.',
    retryAfter: 2,
  }),
  instanceBodiesTooLarge: new Refusal({
    status: 429,
    code: serverError,
    reason: 'too_much_at_once',
    message: 'Too many large messages are sent to this instance, or to this workspace, at once. Nothing was done.',
    nextStep: 'Send large messages one after the other.',
    retryAfter: 2,
  }),
  bodiesTooLarge: new Refusal({
    status: 503,
    code: serverError,
    reason: 'gateway_busy',
    message: 'This gateway holds as many messages as it can at the moment. Nothing was done.',
    nextStep: 'Try again in a moment.',
    retryAfter: 2,
  }),
  unsupportedMediaType: new Refusal({
    status: 415,
    code: invalidRequest,
    reason: 'unsupported_media_type',
    message: 'The body must be uncompressed application/json.',
    nextStep: "Send the header 'Content-Type: application/json' and no Content-Encoding.",
  }),
  malformedJson: new Refusal({
    status: 400,
    code: parseError,
    reason: 'malformed_json',
    message: 'The body is not valid JSON in UTF-8.',
    nextStep: 'Send one JSON-RPC message.',
  }),
  invalidMessage: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'invalid_message',
    message: 'The body is not a JSON-RPC message.',
    nextStep: 'Send one JSON-RPC object, or a batch of at least one.',
  }),
  batchTooLong: new Refusal({
    status: 400,
    code: invalidRequest,
    reason: 'batch_too_long',
    message: 'The batch holds too many messages.',
    nextStep: 'Send the messages one by one or in smaller batches.',
  }),
  originNotAllowed: new Refusal({
    status: 403,
    code: serverError,
    reason: 'origin_not_allowed',
    message: 'Requests from this web origin are not allowed.',
    nextStep: 'Ask the operator of this installation to add your origin to the allowed ones.',
  }),
  hostNotAllowed: new Refusal({
    status: 403,
    code: serverError,
    reason: 'host_not_allowed',
    message: 'This host name is not served here.',
    nextStep: 'Use the URL shown on the page of your instance.',
  }),
  directoryUnavailable: new Refusal({
    status: 503,
    code: serverError,
    reason: 'directory_unavailable',
    message: 'The token could not be checked or the instance not be looked up at the moment. Nothing was done.',
    nextStep: 'Try again in a moment.',
    retryAfter: 2,
  }),
  instanceUnreachable: new Refusal({
    status: 503,
    code: serverError,
    reason: 'instance_unreachable',
    message: 'The instance does not answer at the moment. Nothing was done.',
    nextStep: 'Try again in a moment; if it stays so, restart the instance on its page.',
    retryAfter: 2,
  }),
  instanceLost: new Refusal({
    status: 502,
    code: serverError,
    reason: 'instance_lost',
    message: 'The instance ended before it answered.',
    nextStep: 'Try again in a moment.',
    retryAfter: 2,
  }),
  outcomeUnknown: new Refusal({
    status: 502,
    code: serverError,
    reason: 'outcome_unknown',
    message: 'The instance ended before it answered this call; whether the call took effect is unknown.',
    nextStep: 'Read the present state at Smartlead first, and call again only if the change is missing.',
  }),
  answerTimedOut: new Refusal({
    status: 504,
    code: serverError,
    reason: 'answer_timed_out',
    message: 'The instance took too long to answer; whether the request took effect is unknown.',
    nextStep: 'Read the present state at Smartlead first, and ask again only if the change is missing.',
  }),
  emptyAnswer: new Refusal({
    status: 502,
    code: serverError,
    reason: 'empty_answer',
    message: 'The instance ended its answer without a result; whether the request took effect is unknown.',
    nextStep: 'Read the present state at Smartlead first, and ask again only if the change is missing.',
  }),
  streamReplaced: new Refusal({
    status: 503,
    code: serverError,
    reason: 'stream_replaced',
    message: 'This token opened more streams than it may hold, so its oldest one was closed.',
    nextStep: 'Close streams that are no longer read, or use a token of its own for each client.',
    retryAfter: 5,
  }),
  streamReplacedAtInstance: streamReplaced('instance'),
  streamReplacedInWorkspace: streamReplaced('workspace'),
  closing: new Refusal({
    status: 503,
    code: serverError,
    reason: 'closing',
    message: 'This gateway is shutting down. Nothing was done.',
    nextStep: 'Connect again in a moment.',
    retryAfter: 2,
  }),
  closingUnanswered: new Refusal({
    status: 503,
    code: serverError,
    reason: 'outcome_unknown',
    message: 'This gateway shut down before the instance answered; whether the request took effect is unknown.',
    nextStep: 'Read the present state at Smartlead first, and ask again only if the change is missing.',
  }),
  internalError: new Refusal({
    status: 500,
    code: -32603,
    reason: 'internal_error',
    message: 'Something went wrong on our side.',
    nextStep: 'Try again; if it stays so, tell support the X-Request-Id of this response.',
    retryAfter: 5,
  }),
} as const;

/** 429 of one more call than the rate allows. `retryAfter` is that of nearly all: a second later there is room again. */
function tooManyCalls(scope: 'token' | 'instance' | 'workspace', nextStep: string): Refusal {
  return new Refusal({
    status: 429,
    code: serverError,
    reason: `${scope}_rate_limited`,
    message: `This ${scope} is called more often than it may be. Nothing was done.`,
    nextStep,
    retryAfter: 1,
  });
}

function streamReplaced(scope: 'instance' | 'workspace'): Refusal {
  return new Refusal({
    status: 503,
    code: serverError,
    reason: 'stream_replaced',
    message: `More streams of this ${scope} were opened than it may hold, so its oldest one was closed.`,
    nextStep: 'Close streams that are no longer read.',
    retryAfter: 5,
  });
}

/** 413, saying how large a message may be. */
export function bodyTooLarge(maxBytes: number): Refusal {
  return new Refusal({
    status: 413,
    code: invalidRequest,
    reason: 'body_too_large',
    message: `The message is too large: it may have ${maxBytes.toLocaleString('en-US')} bytes at most.`,
    nextStep: 'Send it in smaller parts, for example fewer leads in one call.',
  });
}

/** 405, naming what the door does serve. */
export function methodNotAllowed(allow: string): Refusal {
  return new Refusal({
    status: 405,
    code: invalidRequest,
    reason: 'method_not_allowed',
    message: 'This method is not served here.',
    nextStep: `This path serves ${allow}.`,
    allow,
  });
}

/** Seconds until an instance in passing states is usually there; the other states last until somebody acts. */
const usualWait: Partial<Record<InstanceDescription['status'], number>> = {
  provisioning: 2,
  running: 2,
  sleeping: 2,
  restarting: 2,
};

/** 503 for an instance that exists but has no route now, in the words of the control plane. */
export function instanceNotReady(description: InstanceDescription): Refusal {
  const retryAfter = usualWait[description.status];
  return new Refusal({
    status: 503,
    code: serverError,
    reason: `instance_${description.status}`,
    message: description.statusReason === '' ? `The instance is ${description.status}.` : description.statusReason,
    nextStep:
      description.nextStep ?? (retryAfter === undefined ? 'Start the instance on its page.' : 'Try again in a few seconds.'),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}
