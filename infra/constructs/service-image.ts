import { fileURLToPath } from 'node:url';
import { IgnoreMode } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Our images: where each is described, and what of the repository its build reads. */
const images = {
  instance: {
    dockerfile: 'container/instance/Dockerfile',
    // By name: a change of any other script is no reason to replace every instance.
    sources: [
      'container/instance',
      ...['narrow-packages', 'build-instance', 'make-code-cache'].map((name) => `scripts/${name}.ts`),
    ],
  },
  router: { dockerfile: 'container/router/Dockerfile', sources: ['container/router', 'scripts'] },
  manager: { dockerfile: 'functions/instance-manager-service/Dockerfile', sources: ['functions', 'scripts'] },
} as const;
export type ImageName = keyof typeof images;

/** What every image's build reads. Nothing else of the repository is looked at, let alone sent. */
const sharedSources = ['package.json', 'package-lock.json', 'core'];

/**
 * An image of ours for Graviton. Synthesis takes a fingerprint of the sources and copies them; Docker builds at deployment, and only
 * where no image of this fingerprint was pushed before. Sources of another image are left out, so that they do not change this one.
 */
export class ServiceImage extends DockerImageAsset {
  constructor(scope: Construct, id: string, name: ImageName) {
    const { dockerfile, sources } = images[name];
    super(scope, id, {
      directory: root,
      file: dockerfile,
      platform: Platform.LINUX_ARM64,
      ignoreMode: IgnoreMode.DOCKER,
      // After the lines of .dockerignore, and stronger than they are.
      exclude: ['*', ...[...sharedSources, ...sources].map((path) => `!${path}`)],
    });
  }
}
