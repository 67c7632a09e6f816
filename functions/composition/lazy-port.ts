/**
 * A port that is made when it is first used, for parts that not every function of a bundle's composition needs and that are slow to
 * make. All methods of the port have to be asynchronous. Where its source could not be read, the call rejects, and the next one tries again.
 * @param read Asked at every call for what the port is made of, such as a secret that may be rotated.
 * @param make Called whenever that is another than before.
 */
export function lazyPort<Source extends object, Port extends object>(
  read: () => Promise<Source>,
  make: (source: Source) => Port,
): Port {
  let made: { source: Source; port: Port } | undefined;
  const port = async (): Promise<Port> => {
    const source = await read();
    if (made?.source !== source) made = { source, port: make(source) };
    return made.port;
  };
  return new Proxy({} as Port, {
    get(_target, method) {
      // Not a promise, nor anything else that JavaScript looks for by itself.
      if (typeof method === 'symbol' || method === 'then') return undefined;
      return async (...parameters: unknown[]) => {
        const present = await port();
        const call: unknown = Reflect.get(present, method);
        if (typeof call !== 'function') throw new TypeError(`The port has no method ${method}.`);
        return Reflect.apply(call, present, parameters);
      };
    },
  });
}
