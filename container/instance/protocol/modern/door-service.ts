import type { McpServerFactory, ServerNotifier } from '@modelcontextprotocol/server';

/** What is served at a door: a factory of servers, made when the SDK is there, and what follows from it. */
export interface ModernService {
  createServer: McpServerFactory;
  /** Changes the JSON of an answer before it is sent. */
  editAnswer?(method: string, json: string): string;
  /** Tells of changes from now on. @returns the function that ends it. */
  watchChanges?(notify: ServerNotifier): () => void;
  /** The message that ends a stream of changes in order. @param id Id of the request that opened it. */
  endOfListening?(id: unknown): string;
}
