import type { ListResourceTemplatesResult } from '@modelcontextprotocol/sdk/types.js';
import { FeatureFailed, ResourceNotFound } from '../features/feature-errors.ts';
import type { ResourceFeatures } from '../features/mcp-features.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { errorReport, SmartleadError } from '../smartlead/smartlead-error.ts';
import { campaignOverview } from './campaign-overview.ts';
import { type Exports, exportUriPrefix } from './exports.ts';

export const campaignTemplate = 'smartlead://campaigns/{campaign_id}';

const templates: ListResourceTemplatesResult = {
  resourceTemplates: [
    {
      uriTemplate: campaignTemplate,
      name: 'campaign',
      title: 'Campaign',
      description: 'Settings, schedule, mails, state of the mailboxes and counts of one campaign.',
      mimeType: 'application/json',
    },
  ],
};

export interface ResourcesOptions {
  exports: Exports;
  caller: OperationCaller;
  /** Why campaigns may not be read, as the end of a sentence about them; missing where they may. */
  whyNoCampaigns?: string | undefined;
}

/** The resources of an instance: files that tools have made, and every campaign under its id. */
export function createResources({ exports, caller, whyNoCampaigns }: ResourcesOptions): ResourceFeatures {
  return {
    templates: whyNoCampaigns === undefined ? templates : { resourceTemplates: [] },
    list: () => ({
      resources: exports.list().map(({ uri, name, description, mimeType, bytes }) => {
        return { uri, name, description, mimeType, size: bytes.length };
      }),
    }),
    async read(uri, context) {
      if (uri.startsWith(exportUriPrefix)) return readExport(exports, uri);
      const campaignId = /^smartlead:\/\/campaigns\/(\d{1,15})$/.exec(uri)?.[1];
      if (campaignId === undefined) throw new ResourceNotFound(uri);
      if (whyNoCampaigns !== undefined)
        throw new ResourceNotFound(uri, `Campaigns are not offered as resources: ${whyNoCampaigns}.`);
      const overview = await campaignOverview(caller, Number(campaignId), uri, context).catch(throwAsFeature);
      return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(overview) }] };
    },
    onListChanged: (listener) => exports.onChanged(listener),
  };
}

/** @throws FeatureFailed where Smartlead is why, else what it was given. */
function throwAsFeature(error: unknown): never {
  if (!(error instanceof SmartleadError)) throw error;
  const report = errorReport(error);
  throw new FeatureFailed(report.message, report);
}

function readExport(exports: Exports, uri: string) {
  const file = exports.find(uri);
  if (file === undefined)
    throw new ResourceNotFound(
      uri,
      'This export is gone: exports are kept for an hour, fewer while many are made, and not over a restart. Run the export again.',
    );
  return { contents: [{ uri, mimeType: file.mimeType, text: file.bytes.toString('utf8') }] };
}
