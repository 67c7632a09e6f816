import { createContext, type ReactNode, useContext } from 'react';
import type { HttpClient } from './http-client.ts';

const ApiContext = createContext<HttpClient | undefined>(undefined);

export function ApiProvider({ client, children }: { client: HttpClient; children: ReactNode }) {
  return <ApiContext value={client}>{children}</ApiContext>;
}

/** The client every query and mutation of this folder goes through. */
export function useApi(): HttpClient {
  const client = useContext(ApiContext);
  if (client === undefined) throw new Error('useApi needs an ApiProvider above it');
  return client;
}
