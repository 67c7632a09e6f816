/** The doors of an instance, as its clients reach them. They never change, whatever happens to the instance. */
export interface InstanceUrls {
  /** HTTP+SSE (protocol revision 2024-11-05): the stream. */
  sse: string;
  /** HTTP+SSE: where messages are posted. */
  messages: string;
  /** Streamable HTTP. */
  mcp: string;
}

/** `publicUrl` has no trailing slash. */
export function instanceUrls(publicUrl: string, instanceId: string): InstanceUrls {
  const base = `${publicUrl}/i/${instanceId}`;
  return { sse: `${base}/sse`, messages: `${base}/messages`, mcp: `${base}/mcp` };
}
