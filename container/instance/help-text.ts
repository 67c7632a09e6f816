import { policies, policySwitches } from '../../core/policy.ts';
import { profiles, toolsets } from '../../core/tool-selection.ts';
import { logLevels } from './observability/log.ts';
import { version } from './version.ts';

/** What `--help` prints. */
export const helpText = `smartlead-mcp ${version}: the Smartlead API as tools for MCP clients

Usage:
  smartlead-mcp stdio [options]                    speak MCP over standard input and output
  smartlead-mcp serve [--port 3000] [--host 127.0.0.1] [options]
                                                   speak MCP over HTTP: /mcp (Streamable HTTP), /sse and /messages (HTTP+SSE);
                                                   /healthz, /readyz and /metrics beside them
  smartlead-mcp serve --managed [--port 0] [--host 127.0.0.1]
                                                   run under a launcher: one JSON line of settings on standard input
  smartlead-mcp warm [--managed] [--port 3000] [--host 127.0.0.1] [--max-age 86400]
                                                   wait, without a customer, for a control plane to assign one, once; end by
                                                   itself after so many seconds without. With --managed (port 0) the enrolment is
                                                   one JSON line on standard input, else WARM_PROCESS_ID, WARM_POOL_SECRET and
                                                   WARM_CONTROL_PLANE_KEY

Options:
  --tools full|discovery|<profile>|<set,set>
                              tools to offer (full); discovery: three tools that search, describe and call all others
                              profiles: ${profiles.join(', ')}
                              sets: ${toolsets.join(', ')}
  --policy <policy>           ${policies.join(', ')} (read-only)
  --allow <switch,switch>     ${policySwitches.join(', ')} (none)
  --allow-tools <tool,tool>   no other tool may be called (all), whatever the policy
  --deny-tools <tool,tool>    tools that may not be called (none)
  --log-level <level>         ${logLevels.join(', ')} (serve: info, stdio: warn); the log goes to standard error
  --version, --help

Environment:
  SMARTLEAD_API_KEY           required; in Smartlead: Settings, API Keys
  MCP_TOKEN                   serve: bearer token that clients must present
  MCP_HOST                    serve: address to listen at where --host names none (127.0.0.1; in the image 0.0.0.0)
  SMARTLEAD_RATE_LIMIT        off, or calls per second and minute such as 10/120 (starts at 5/50 and learns)
  SMARTLEAD_CORE_URL, SMARTLEAD_PROSPECT_URL, SMARTLEAD_DELIVERY_URL, SMARTLEAD_SENDERS_URL
                              base URLs to use instead of Smartlead's own
`;
