/** Serves the fixture of the official conformance suite until it is told to end: every revision at one address, as an instance does. */
import { parseArgs } from 'node:util';
import { createModernDoorFor } from '../container/instance/protocol/modern/create-modern-door.ts';
import { createModernFixture } from '../test/conformance/modern-fixture.ts';
import { startFixture } from '../test/conformance/start-fixture.ts';

const port = readPort();
if (port === undefined) {
  console.error('usage: serve-conformance [--port <0 to 65535, 3000 where it is missing>]');
  process.exit(2);
}
const modern = createModernDoorFor(createModernFixture, { log: { write: () => undefined, flush: () => undefined } });
const fixture = await startFixture(port, modern);
console.log(`Conformance fixture at ${fixture.url}`);
const end = () => void fixture.close().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);

/** The port of the command line, or undefined where that makes no sense. */
function readPort(): number | undefined {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } });
    const number = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
    return number <= 65_535 ? number : undefined;
  } catch {
    return undefined;
  }
}
