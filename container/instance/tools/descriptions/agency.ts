import type { ToolDescriptions } from './description-texts.ts';

export const agency: ToolDescriptions = {
  'clients/get-all': 'Clients: id, name, e-mail, permissions.',
  'clients/save': 'Create a client, or change one (id). Takes a password; may return an API key.',
  'clients/list-api-keys': 'API keys of clients by name; the keys themselves are hidden.',
  'clients/create-api-key': 'Create an API key for a client and return it: a secret.',
  'clients/delete-api-key': 'Delete an API key; what uses it stops working.',
  'clients/reset-api-key': 'Replace an API key and return the new one; the old stops working.',
};
