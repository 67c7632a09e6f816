import { checkLoopbackOrigin } from '../../container/instance/protocol/access-check.ts';
import { createDoorServer } from '../../container/instance/protocol/http-server.ts';
import { createHttpSseDoors, createStreamableHttpDoors } from '../../container/instance/protocol/mcp-doors.ts';
import type { ModernDoor } from '../../container/instance/protocol/modern-door.ts';
import { Sessions } from '../../container/instance/protocol/sessions.ts';
import { createFixtureServer } from './fixture-server.ts';
import { createModernFixtureDoor } from './modern-fixture.ts';

export interface RunningFixture {
  /** Address of its `/mcp`. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the fixture of the official suite over the very transport layer of the instance, as an instance without a token is served.
 * @param port 0 lets the system choose.
 * @param modern The side of `/mcp` that serves revision 2026-07-28.
 */
export async function startFixture(port: number, modern: ModernDoor = createModernFixtureDoor()): Promise<RunningFixture> {
  const sessions = new Sessions();
  const doors = { sessions, createServer: createFixtureServer };
  const server = createDoorServer({
    doors: { ...createHttpSseDoors(doors), ...createStreamableHttpDoors({ ...doors, modern }) },
    checks: [checkLoopbackOrigin],
    log: { write: () => undefined, flush: () => undefined },
  });
  const host = '127.0.0.1';
  const url = `http://${host}:${await server.listen({ host, port })}/mcp`;
  return {
    url,
    async close() {
      sessions.endAll();
      await modern.close();
      await server.close();
    },
  };
}
