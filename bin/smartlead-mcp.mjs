#!/usr/bin/env node
// Runs one Smartlead MCP server alone: `smartlead-mcp stdio` or `smartlead-mcp serve`.
process.argv.splice(2, 0, 'instance');
await import('../scripts/launch.mjs');
