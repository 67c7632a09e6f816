import { timestamp } from '../fields.ts';
import type { Call, OperationHandlers } from '../operation-handler.ts';
import { notPossible, Refusal } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import type { Client, ClientApiKey } from '../state/agency.ts';

export const clientOperations: OperationHandlers = {
  // One route for creating and for changing: an id in the body makes the difference.
  'clients/save': ({ account, body, now }) => {
    const id = body.optionalNumber('id');
    const existing = id === undefined ? undefined : findClient(account, id);
    const email = body.text('email');
    if ([...account.clients.values()].some((other) => other !== existing && other.email.toLowerCase() === email.toLowerCase()))
      throw new Refusal(409, { error: 'A client with this email exists already.' });
    const client: Client = {
      id: existing?.id ?? account.nextIdentifier(),
      name: body.text('name'),
      email,
      logo: body.optionalText('logo') ?? existing?.logo ?? null,
      logoUrl: body.optionalText('logo_url') ?? existing?.logoUrl ?? null,
      permissions: body.has('permission') ? body.texts('permission') : (existing?.permissions ?? []),
      createdAt: existing?.createdAt ?? now,
    };
    account.clients.set(client.id, client);
    const key =
      [...account.clientKeys.values()].find((candidate) => candidate.clientId === client.id) ??
      addKey(account, client.id, 'Default', now);
    const data = { id: client.id, name: client.name, email, api_key: key.apiKey, created_at: timestamp(client.createdAt) };
    return { ok: true, data };
  },

  'clients/get-all': ({ account }) =>
    [...account.clients.values()].map((client) => ({
      id: client.id,
      name: client.name,
      email: client.email,
      logo: client.logo,
      logo_url: client.logoUrl,
      permission: client.permissions,
      created_at: timestamp(client.createdAt),
    })),

  'clients/create-api-key': ({ account, body, now }) => {
    const client = findClient(account, body.number('clientId'));
    return { ok: true, data: keyRow(addKey(account, client.id, body.text('keyName'), now)) };
  },

  'clients/list-api-keys': ({ account, query }) => {
    const name = query.optionalText('keyName')?.toLowerCase();
    const matching = [...account.clientKeys.values()].filter(
      (key) =>
        (!query.has('clientId') || key.clientId === query.number('clientId')) &&
        (!query.has('status') || key.status === query.text('status')) &&
        (name === undefined || key.name.toLowerCase().includes(name)),
    );
    return { message: 'API keys fetched successfully', data: matching.map(keyRow) };
  },

  'clients/delete-api-key': (call) => {
    call.account.clientKeys.delete(keyOf(call).id);
    return { ok: true, message: 'API key deleted successfully' };
  },

  'clients/reset-api-key': (call) => {
    const key = keyOf(call);
    key.apiKey = clientKeyText(call.account);
    return { ok: true, data: keyRow(key) };
  },
};

function findClient(account: Account, id: number): Client {
  const client = account.clients.get(id);
  if (client === undefined) throw notPossible('Client not found - Invalid clientId.');
  return client;
}

function keyOf(call: Call): ClientApiKey {
  const key = call.account.clientKeys.get(call.path.number('id'));
  if (key === undefined) throw new Refusal(404, { success: false, message: 'API key not found' });
  return key;
}

function addKey(account: Account, clientId: number, name: string, now: number): ClientApiKey {
  const key: ClientApiKey = {
    id: account.nextIdentifier(),
    clientId,
    name,
    apiKey: clientKeyText(account),
    status: 'active',
    createdAt: now,
  };
  account.clientKeys.set(key.id, key);
  return key;
}

/** Says what it is, and is no demo- key: it opens nothing here. */
function clientKeyText(account: Account): string {
  return `cl_sandbox_${account.random.hexadecimal(24)}`;
}

function keyRow(key: ClientApiKey) {
  return {
    id: key.id,
    client_id: key.clientId,
    key_name: key.name,
    api_key: key.apiKey,
    status: key.status,
    created_at: timestamp(key.createdAt),
  };
}
