export interface ExchangeTimes {
  /** After this long without an answer the response becomes a stream, so that headers and comments reach the client. */
  streamAfterMs: number;
  /** Time between two comments on a stream. */
  keepAliveMs: number;
  /** Streams of changes end in order after this time: one whose client has vanished costs nothing for long, and others are opened again. */
  longestListeningMs: number;
}

export const usualExchangeTimes: ExchangeTimes = {
  streamAfterMs: 5_000,
  keepAliveMs: 15_000,
  longestListeningMs: 15 * 60_000,
};
