import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('a failure that nobody caught', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smartlead-mcp-fault-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function fail(kind: 'rejection' | 'exception') {
    const script = fileURLToPath(new URL('fault.ts', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder, kind], { encoding: 'utf8' });
    const [line = ''] = readFileSync(join(folder, 'logs', 'platform.log'), 'utf8').split('\n');
    return { status, stdout, stderr, line: JSON.parse(line) as object };
  }

  it('is logged with its place, and the service goes on, where a promise was rejected', () => {
    expect(fail('rejection')).toEqual({
      status: 0,
      stdout: 'goes on',
      stderr: '',
      line: expect.objectContaining({ level: 'error', cause: expect.stringMatching(/^Error: fault of ours\n\s+at .*fault\.ts/) }),
    });
  });

  it('is logged with its place, and ends the service in order, where an exception was thrown', () => {
    expect(fail('exception')).toEqual({
      status: 0,
      stdout: 'fault of ours',
      stderr: '',
      line: expect.objectContaining({ level: 'error', cause: expect.stringMatching(/^Error: fault of ours\n\s+at .*fault\.ts/) }),
    });
  });
});
