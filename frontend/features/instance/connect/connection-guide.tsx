import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Stack from '@mui/material/Stack';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useId, useState } from 'react';
import type { Connection, ConnectionClient, Instance } from '../../../api/contract.ts';
import { useConnections } from '../../../api/instances.ts';
import { CopyField } from '../../../components/copy-field.tsx';
import { ProblemAlert } from '../../../components/problem-alert.tsx';
import { ClientLight } from './client-light.tsx';
import { ConnectionSettings } from './connection-settings.tsx';

interface ClientTab {
  title: string;
  clients: readonly ConnectionClient[];
}

const clientTabs: readonly ClientTab[] = [
  { title: 'n8n', clients: ['n8n'] },
  { title: 'Claude Desktop', clients: ['claude-desktop'] },
  { title: 'Claude Code', clients: ['claude-code'] },
  { title: 'Cursor', clients: ['cursor'] },
  { title: 'VS Code', clients: ['vscode'] },
  { title: 'stdio bridge', clients: ['supergateway', 'mcp-remote'] },
];

/** URLs of the instance, ready-to-paste settings for each client, and the light. `token` is filled in where it is known. */
export function ConnectionGuide({ instance, token }: { instance: Instance; token: string | undefined }) {
  const connections = useConnections(instance.id);
  const [chosen, setChosen] = useState<string>();
  const id = useId();
  const tabs = offeredTabs(connections.data?.connections ?? []);
  const shown = tabs.find((tab) => tab.title === chosen) ?? tabs[0];

  return (
    <Stack spacing={2.5}>
      <ClientLight instance={instance} />
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { sm: 'repeat(2, minmax(0, 1fr))' } }}>
        {instance.mode !== 'stdio' && <CopyField label="SSE URL" value={instance.urls.sse} what="the SSE URL" />}
        <CopyField label="Streamable HTTP URL" value={instance.urls.mcp} what="the Streamable HTTP URL" />
      </Box>
      {connections.isPending && <Skeleton variant="rounded" height={220} />}
      {connections.data === undefined && <ProblemAlert error={connections.error} onRetry={connections.refetch} />}
      {shown !== undefined && (
        <div>
          <Tabs
            value={shown.title}
            onChange={(_event, title: string) => setChosen(title)}
            variant="scrollable"
            scrollButtons="auto"
            allowScrollButtonsMobile
            aria-label="Clients"
          >
            {tabs.map((tab) => (
              <Tab
                key={tab.title}
                value={tab.title}
                label={tab.title}
                id={`${id}-${tab.clients[0]}`}
                aria-controls={`${id}-panel`}
              />
            ))}
          </Tabs>
          <Stack spacing={3.5} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown.clients[0]}`} sx={{ pt: 2.5 }}>
            {shown.connections.map((connection) => (
              <ConnectionSettings
                key={`${connection.client} ${connection.transport} ${connection.title}`}
                connection={connection}
                token={token}
                titled={shown.connections.length > 1}
              />
            ))}
          </Stack>
        </div>
      )}
    </Stack>
  );
}

/** The tabs that have something to show; a mode can rule clients out. */
function offeredTabs(connections: readonly Connection[]) {
  return clientTabs
    .map((tab) => ({ ...tab, connections: connections.filter((connection) => tab.clients.includes(connection.client)) }))
    .filter((tab) => tab.connections.length > 0);
}
