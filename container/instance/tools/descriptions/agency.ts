import type { ToolDescriptions } from './tool-descriptions.ts';

export const agency: ToolDescriptions = {
  'clients/get-all': 'Clients of the agency with id, name, e-mail and permissions.',
  'clients/list-api-keys': 'API keys of clients: name, client and status. Of the key itself only the last characters are shown.',
};
