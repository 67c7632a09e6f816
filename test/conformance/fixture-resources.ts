import type { ReadResourceResult, Resource, ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import { redPixelPng } from './fixture-content.ts';

interface FixtureResource {
  definition: Resource;
  content: { text: string } | { blob: string };
}

const fixtureResources: readonly FixtureResource[] = [
  {
    definition: { name: 'static-text', uri: 'test://static-text', mimeType: 'text/plain' },
    content: { text: 'This is the content of the static text resource.' },
  },
  {
    definition: { name: 'static-binary', uri: 'test://static-binary', mimeType: 'image/png' },
    content: { blob: redPixelPng },
  },
  {
    definition: { name: 'watched-resource', uri: 'test://watched-resource', mimeType: 'text/plain' },
    content: { text: 'Watched resource content' },
  },
];

/** The resources that the scenarios of the official suite list. */
export const resources: Resource[] = fixtureResources.map(({ definition }) => definition);

export const resourceTemplates: ResourceTemplate[] = [
  { name: 'template', uriTemplate: 'test://template/{id}/data', mimeType: 'application/json' },
];

/** What is under a URI, or undefined where nothing is. */
export function readResource(uri: string): ReadResourceResult | undefined {
  const known = fixtureResources.find(({ definition }) => definition.uri === uri);
  if (known !== undefined) {
    return { contents: [{ uri, ...mimeType(known.definition), ...known.content }] };
  }
  const [, id] = /^test:\/\/template\/([^/]+)\/data$/.exec(uri) ?? [];
  if (id === undefined) return undefined;
  const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
  return { contents: [{ uri, mimeType: 'application/json', text }] };
}

function mimeType({ mimeType: type }: Resource): { mimeType?: string } {
  return type === undefined ? {} : { mimeType: type };
}
