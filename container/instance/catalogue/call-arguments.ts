/** Arguments of a call by name, without those that steer the call itself (`confirm`, `repeat`). */
export type CallArguments = Readonly<Record<string, unknown>>;
