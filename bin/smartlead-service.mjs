#!/usr/bin/env node
// Runs the whole platform: `smartlead-service start`.
process.argv.splice(2, 0, 'service');
await import('../scripts/launch.mjs');
