import { SmartleadError } from '../smartlead/smartlead-error.ts';
import type { Obstacle } from './decide.ts';

/** The error for a call the policy forbids: it names each setting that has to change, and who can change it. */
export function refusal(tool: string, obstacles: readonly Obstacle[]): SmartleadError {
  const needs = obstacles.map(needOf);
  const reasons = obstacles.map((obstacle) => `it ${reasonOf(obstacle)}`).join(', and ');
  return new SmartleadError('not_allowed', `${tool} was not called: ${reasons}. Nothing was sent.`, {
    needs,
    nextStep: `Needed: ${needs.join(', ')}. ${whoCanChange(optionsOf(obstacles))}`,
  });
}

/** The error for a tool that exists but is not among those the instance was set up with. */
export function notOffered(tool: string, toolset: string): SmartleadError {
  return new SmartleadError('not_allowed', `${tool} is not offered by this instance (toolset ${toolset}). Nothing was sent.`, {
    needs: [`toolset: ${toolset}`],
    nextStep: `Needed: toolset ${toolset}. ${whoCanChange('--tools')}`,
  });
}

function whoCanChange(options: string): string {
  return (
    `The owner of the instance can change this in the dashboard, or on the command line with ${options}. ` +
    'Tell the user; do not look for another way to the same end.'
  );
}

/** The setting as it has to be. */
function needOf(obstacle: Obstacle): string {
  if (obstacle.setting === 'deniedTools') return `deniedTools: without ${obstacle.tool}`;
  if (obstacle.setting === 'allowedTools') return `allowedTools: with ${obstacle.tool}`;
  return `${obstacle.setting}: ${obstacle.needs}`;
}

/** What forbids a tool, in words that follow its name. */
export function reasonOf(obstacle: Obstacle): string {
  if (obstacle.setting === 'deniedTools') {
    const denied = 'is one of the deniedTools of this instance';
    return obstacle.isStep === true ? `is made of ${obstacle.tool}, which ${denied}` : denied;
  }
  if (obstacle.setting === 'allowedTools') return 'is not one of the allowedTools of this instance';
  if (obstacle.setting === 'switch') return `needs "switch: ${obstacle.needs}", which is off`;
  return `needs "policy: ${obstacle.needs}", and the policy of this instance allows less`;
}

/** The options of the command line that would remove the obstacles. */
function optionsOf(obstacles: readonly Obstacle[]): string {
  const options = obstacles.flatMap((obstacle) => {
    if (obstacle.setting === 'deniedTools') return ['--deny-tools'];
    if (obstacle.setting === 'allowedTools') return ['--allow-tools'];
    return obstacle.setting === 'policy' ? [`--policy ${obstacle.needs}`] : [];
  });
  const switches = obstacles.flatMap((obstacle) => (obstacle.setting === 'switch' ? [obstacle.needs] : []));
  if (switches.length > 0) options.push(`--allow ${switches.join(',')}`);
  return options.join(' and ');
}
