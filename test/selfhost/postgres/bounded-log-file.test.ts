import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BoundedLogFile } from '../../../selfhost/postgres/bounded-log-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smartlead-mcp-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('keeps the newest lines in two files of bounded size, across restarts', () => {
  const path = join(folder, 'logs', 'postgres.log');
  for (let run = 0; run < 3; run += 1) {
    const log = new BoundedLogFile(path, 100);
    for (let line = 0; line < 20; line += 1) log.write(Buffer.from(`run ${run} line ${line}\n`));
    log.close();
  }
  expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['postgres.log', 'postgres.log.1']);
  for (const name of ['postgres.log', 'postgres.log.1'])
    expect(statSync(join(folder, 'logs', name)).size).toBeLessThanOrEqual(100);
  expect(readFileSync(path, 'utf8')).toMatch(/run 2 line 19\n$/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
