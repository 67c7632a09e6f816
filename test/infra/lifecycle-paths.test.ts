import { describe, expect, it } from 'vitest';
import { lifecycleDefinition } from '../../functions/instance-manager/lifecycle-definition.ts';
import { pathOf } from '../../infra/lifecycle-paths.ts';

describe('a path through the lifecycle', () => {
  const definition = {
    StartAt: 'Decide',
    States: {
      Decide: { Type: 'Task', Resource: `\${DecideArn}`, Next: 'Which' },
      Which: { Type: 'Choice', Choices: [{ StringEquals: 'go', Next: 'Go' }], Default: 'Done' },
      Go: { Type: 'Task', Resource: `\${GoArn}`, Next: 'Done' },
      Done: { Type: 'Succeed' },
    },
  };

  it('follows the action at each choice, and counts every state', () => {
    expect(pathOf(definition, 'go')).toEqual({ states: ['Decide', 'Which', 'Go', 'Done'], calls: ['Decide', 'Go'] });
    expect(pathOf(definition, 'stay')).toEqual({ states: ['Decide', 'Which', 'Done'], calls: ['Decide'] });
  });

  it('refuses a definition that leads nowhere or in a circle', () => {
    expect(() => pathOf({ StartAt: 'Gone', States: {} }, 'go')).toThrow(/Gone/);
    expect(() => pathOf({ StartAt: 'Again', States: { Again: { Type: 'Task', Next: 'Again' } } }, 'go')).toThrow(/Again/);
  });

  it('launches and puts to sleep in the definition that is deployed', () => {
    const start = pathOf(lifecycleDefinition, 'launch');
    const sleep = pathOf(lifecycleDefinition, 'sleep');
    expect(start.calls).toEqual(expect.arrayContaining(['LaunchInstance', 'RegisterRoute', 'MarkRunning']));
    expect(sleep.calls).toEqual(expect.arrayContaining(['RemoveRoute', 'StopInstance', 'MarkSleeping']));
    expect(start.states.length).toBeGreaterThan(sleep.states.length);
    expect(start.states.length).toBeLessThan(20);
  });
});
