import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const biome = join(root, 'node_modules', '.bin', 'biome');
const run = promisify(execFile);

/** Runs the wall rule alone over a folder and answers what it says. */
async function checkWalls(folder: string): Promise<{ passed: boolean; output: string }> {
  try {
    const { stdout } = await run(
      biome,
      ['lint', '--only=style/noRestrictedImports', '--vcs-enabled=false', '--max-diagnostics=none', '.'],
      { cwd: folder },
    );
    return { passed: true, output: stdout };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return { passed: false, output: stdout + stderr };
  }
}

describe('the walls between the folders', () => {
  it('hold in the whole project', async () => {
    const folders = ['core', 'container', 'functions', 'frontend', 'infra', 'selfhost'];
    await expect(run(biome, ['lint', '--only=style/noRestrictedImports', ...folders], { cwd: root })).resolves.toBeDefined();
  });

  describe('as a rule', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'walls-'));
      await copyFile(join(root, 'biome.json'), join(folder, 'biome.json'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it.each([
      ['core/a.ts', "import 'pg';", false],
      ['core/a.ts', "import 'node:fs';", false],
      ['core/a.ts', "import '../functions/ports.ts';", false],
      ['core/a.ts', "import 'zod';\nimport './problem.ts';\nimport 'node:crypto';", true],
      ['container/router/a.ts', "import '../../functions/ports.ts';", false],
      ['container/router/a.ts', "export type { Route } from '../../functions/ports.ts';", false],
      ['container/router/a.ts', "import '../../core/problem.ts';", true],
      ['container/router/a.ts', "import '../instance/instance.ts';", false],
      ['container/router/a.ts', "import '@aws-sdk/client-sqs';", false],
      ['container/router/aws/a.ts', "import '@aws-sdk/client-ecs';", false],
      ['container/router/aws/a.ts', "import '../../../functions/ports.ts';", false],
      [
        'container/router/aws/a.ts',
        "import '@aws-sdk/client-sqs';\nimport '../ports.ts';\nimport '../../../core/platform-table.ts';",
        true,
      ],
      ['container/instance/a.ts', "import '../router/ports.ts';", false],
      ['container/instance/smartlead/a.ts', "import '../../router/ports.ts';", false],
      ['container/instance/a.ts', "import '../../functions/ports.ts';", false],
      ['container/instance/smartlead/a.ts', "import '../catalogue/operation.ts';\nimport '../../../core/problem.ts';", true],
      ['functions/api/a.ts', "import '../../container/router/router.ts';", false],
      ['functions/api/a.ts', "import '../ports.ts';", true],
      ['functions/domain/a.ts', "import '../adapters/postgres/database.ts';", false],
      ['functions/domain/a.ts', "import 'node:fs/promises';", false],
      ['functions/domain/a.ts', "import '../../selfhost/main.ts';", false],
      ['functions/adapters/a.ts', "import '../domain/instance-operations.ts';", false],
      ['functions/adapters/postgres/a.ts', "import '../../api/keys.ts';", false],
      ['functions/adapters/child-process/a.ts', "import '../../instance-manager/lifecycle-errors.ts';", false],
      ['functions/adapters/a.ts', "import '../composition/single.ts';", false],
      ['functions/adapters/a.ts', "import '../../selfhost/main.ts';", false],
      [
        'functions/adapters/postgres/a.ts',
        "import '../master-key.ts';\nimport '../../ports.ts';\nimport '../../domain/quotas.ts';",
        true,
      ],
      ['functions/instance-manager/a.ts', "import '../adapters/master-key.ts';", false],
      ['functions/instance-manager/tasks/a.ts', "import '../../api/keys.ts';", false],
      ['functions/instance-manager/tasks/a.ts', "import '../../../container/router/ports.ts';", false],
      ['functions/instance-manager/tasks/a.ts', "import '../../domain/instance-change.ts';\nimport '../../ports.ts';", true],
      ['frontend/app/a.ts', "import '../../core/problem.ts';", false],
      ['frontend/app/a.ts', "import 'node:fs';", false],
      ['frontend/app/a.ts', "import '../api/client.ts';", true],
      ['infra/a.ts', "import '../selfhost/main.ts';", false],
      ['selfhost/a.ts', "import '../infra/app.ts';", false],
      ['selfhost/a.ts', "import '../container/router/router.ts';", true],
    ])('%s with %s is allowed: %s', async (path, source, allowed) => {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${source}\n`);
      const { passed, output } = await checkWalls(folder);
      await rm(file);
      expect({ allowed: passed, named: output.includes('noRestrictedImports') }).toEqual({ allowed, named: !allowed });
    });
  });
});
