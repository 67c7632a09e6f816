import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, MessageExtraInfo } from '@modelcontextprotocol/sdk/types.js';

/** What a protocol engine holds in place of standard input and output: it can close this without closing them. */
export class StdioChannel implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly send: (message: JSONRPCMessage) => Promise<void>;

  constructor(send: (message: JSONRPCMessage) => Promise<void>) {
    this.send = send;
  }

  async start(): Promise<void> {
    // Nothing to open: whoever reads the input hands over what is for this engine.
  }

  async close(): Promise<void> {
    this.onclose?.();
  }
}
