import type { Exports } from '../resources/exports.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import type { Tool } from '../tools/tool.ts';
import { createBuildCampaignTool } from './build-campaign.ts';
import { createExportLeadsTool } from './export-leads.ts';
import { createExportStatisticsTool } from './export-statistics.ts';
import { createImportLeadsTool } from './import-leads.ts';
import { createReportCampaignsTool } from './report-campaigns.ts';

/** The tools that do in one call what takes many operations. */
export function createCompositeTools({ caller, exports }: { caller: OperationCaller; exports: Exports }): Tool[] {
  return [
    createBuildCampaignTool(caller),
    createImportLeadsTool(caller),
    createReportCampaignsTool(caller),
    createExportLeadsTool(caller, exports),
    createExportStatisticsTool(caller, exports),
  ];
}
