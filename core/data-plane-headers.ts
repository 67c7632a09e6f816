/**
 * Headers between router and instance, beside those of HTTP and MCP. None of them begins with `mcp-`: what does is passed through
 * from clients, and these must come from the router alone.
 */

/**
 * Names the session that a `GET /sse` or an `initialize` at `/mcp` opens. The instance takes the id instead of making one, so that a
 * session keeps its id when the router opens it again at another process. A session that has the id already is replaced.
 */
export const sessionIdHeader = 'x-session-id';
