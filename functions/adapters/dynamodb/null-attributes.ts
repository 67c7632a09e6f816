type NullableKeys<Change> = { [Key in keyof Change]-?: null extends Change[Key] ? Key : never }[keyof Change];

/** What a change sets, and what it takes away. */
export interface SplitChange<Change> {
  set: { [Key in keyof Change]?: Exclude<Change[Key], null | undefined> };
  remove: NullableKeys<Change>[];
}

/** Divides a change of the domain, where `null` means that there is none, into attributes to set and attributes to remove. */
export function splitChange<Change extends object>(change: Change): SplitChange<Change> {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined);
  return {
    set: Object.fromEntries(entries.filter(([, value]) => value !== null)),
    remove: entries.filter(([, value]) => value === null).map(([name]) => name),
  } as SplitChange<Change>;
}

/** The item without the attributes that are `null` in the domain: in the table they are absent. */
export function withoutNulls<Item extends object>(
  item: Item,
): { [Key in keyof Item as null extends Item[Key] ? never : Key]: Item[Key] } & {
  [Key in keyof Item as null extends Item[Key] ? Key : never]?: Exclude<Item[Key], null>;
} {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null && value !== undefined)) as never;
}
