import { parseArgs } from 'node:util';
import { createModernDoorFor } from '../container/instance/protocol/modern/create-modern-door.ts';
import { createModernFixture } from '../test/conformance/modern-fixture.ts';
import { startFixture } from '../test/conformance/start-fixture.ts';

/** Serves the fixture of the official conformance suite until it is told to end: every revision at one address, as an instance does. */
const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } });
const modern = createModernDoorFor(createModernFixture, { log: { write: () => undefined, flush: () => undefined } });
const fixture = await startFixture(Number(values.port), modern);
console.log(`Conformance fixture at ${fixture.url}`);
const end = () => void fixture.close().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);
