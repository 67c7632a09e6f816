import { randomBytes } from 'node:crypto';
import { createRequestStateCodec, McpServer, type ServerNotifier } from '@modelcontextprotocol/server';
import { createModernDoorFor } from '../../container/instance/protocol/modern/create-modern-door.ts';
import type { ModernService } from '../../container/instance/protocol/modern/door-service.ts';
import type { ModernDoor } from '../../container/instance/protocol/modern-door.ts';
import { registerContentTools } from './modern/content-tools.ts';
import { registerInputRequiredTools, type StateCodec } from './modern/input-required-tools.ts';
import { registerPrompts } from './modern/prompts.ts';
import { registerResources } from './modern/resources.ts';

const hints = { ttlMs: 300_000, cacheScope: 'private' } as const;

/** The tools, prompts and resources that the official conformance suite looks for in revision 2026-07-28, by the names it knows. */
export function createModernFixtureDoor(): ModernDoor {
  return createModernDoorFor(createModernFixture, { log: { write: () => undefined, flush: () => undefined } });
}

export function createModernFixture(): ModernService {
  const codec: StateCodec = createRequestStateCodec({ key: randomBytes(32) });
  let notifier: ServerNotifier | undefined;
  return {
    createServer() {
      const server = new McpServer(
        { name: 'conformance-fixture', version: '1.0.0' },
        {
          capabilities: {
            tools: { listChanged: true },
            prompts: { listChanged: true },
            resources: { listChanged: true, subscribe: true },
            logging: {},
            completions: {},
          },
          instructions: 'A server for tests.',
          requestState: { verify: codec.verify },
          cacheHints: {
            'server/discover': hints,
            'tools/list': hints,
            'prompts/list': hints,
            'resources/list': hints,
            'resources/templates/list': hints,
            'resources/read': { ttlMs: 60_000, cacheScope: 'private' },
          },
        },
      );
      registerContentTools(server, () => notifier);
      registerInputRequiredTools(server, codec);
      registerPrompts(server);
      registerResources(server);
      return server;
    },
    watchChanges(notify) {
      notifier = notify;
      return () => {
        notifier = undefined;
      };
    },
  };
}
