import type { InstanceConfiguration } from '../../core/instance-configuration.ts';
import type { Instance, InstanceSettings } from './instance.ts';

/** The part of the settings that says which tools there are and what they may do, from a command line or a launcher. */
export function toolSettings({
  toolsets,
  policy,
  allow = [],
  allowedTools,
  deniedTools,
}: Pick<InstanceConfiguration, 'toolsets' | 'policy' | 'allow' | 'allowedTools' | 'deniedTools'>): Pick<
  InstanceSettings,
  'toolsets' | 'policy'
> {
  return {
    ...(toolsets === undefined ? {} : { toolsets }),
    policy: {
      policy,
      allow,
      ...(allowedTools === undefined ? {} : { allowedTools }),
      ...(deniedTools === undefined ? {} : { deniedTools }),
    },
  };
}

export type ToolLists = Pick<InstanceConfiguration, 'allowedTools' | 'deniedTools'>;

/** Names in the lists of tools that no tool has. */
export function unknownTools(instance: Instance, { allowedTools = [], deniedTools = [] }: ToolLists): string[] {
  return [...allowedTools, ...deniedTools].filter((name) => !instance.knowsTool(name));
}
