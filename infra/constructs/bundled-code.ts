import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** A function is declared here, but nothing was bundled for it. */
export class BundleMissingError extends Error {
  override readonly name = 'BundleMissingError';

  constructor(bundle: string) {
    super(
      `The function ${bundle} is not bundled. Run \`node scripts/build-functions.ts\`; it bundles each file below functions/lambda/ ` +
        `under its path joined by dashes, so one of them has to be called ${bundle}.`,
    );
  }
}

/** The code of a function, as `scripts/build-functions.ts` wrote it. Throws {@link BundleMissingError}. */
export function bundledCode(functionBundles: string, bundle: string): Code {
  const folder = join(functionBundles, bundle);
  if (!existsSync(folder)) throw new BundleMissingError(bundle);
  return Code.fromAsset(folder);
}
