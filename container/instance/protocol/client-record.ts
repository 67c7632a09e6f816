import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

/** What is remembered of a client for as long as its session lives, however often the session gets another protocol engine. */
export interface ClientRecord {
  /** Whether a question was left unanswered, although the client says that it can be asked. */
  leavesQuestionsOpen: boolean;
  /** The last change of the list of resources it was told of, by its number; undefined for one that was not ready for any yet. */
  toldChange: number | undefined;
}

/** The records of all clients. Each goes with the session it belongs to. */
export class ClientRecords {
  readonly #records = new WeakMap<Transport, ClientRecord>();

  /** The record of the client at the other end. @param transport Its session, or its standard input and output. */
  of(transport: Transport | undefined): ClientRecord {
    const known = transport === undefined ? undefined : this.#records.get(transport);
    if (known !== undefined) return known;
    const record: ClientRecord = { leavesQuestionsOpen: false, toldChange: undefined };
    if (transport !== undefined) this.#records.set(transport, record);
    return record;
  }
}
