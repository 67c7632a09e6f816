/**
 * A port that is made when it is first used, for parts that not every function of a bundle's composition needs and that are slow to
 * make. All methods of the port have to be asynchronous. Where it could not be made, the call rejects, and the next one tries again.
 */
export function lazyPort<Port extends object>(make: () => Promise<Port>): Port {
  let made: Promise<Port> | undefined;
  const port = (): Promise<Port> => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
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
