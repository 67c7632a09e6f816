/** By which column rows are sorted. */
export interface Order {
  title: string;
  direction: 'asc' | 'desc';
}

interface SortableColumn<Row> {
  title: string;
  sortBy?: (row: Row) => number | string | null;
}

export function canSort<Row>(column: SortableColumn<Row>): boolean {
  return column.sortBy !== undefined;
}

/** The way a column is sorted when it is first chosen: numbers from the largest, words from A. */
export function firstOrder<Row>(title: string, columns: readonly SortableColumn<Row>[], rows: readonly Row[]): Order {
  const [first] = rows;
  const value = first === undefined ? 0 : columns.find((column) => column.title === title)?.sortBy?.(first);
  return { title, direction: typeof value === 'string' ? 'asc' : 'desc' };
}

export function turned({ title, direction }: Order): Order {
  return { title, direction: direction === 'asc' ? 'desc' : 'asc' };
}

/** The rows sorted; unknown values come last whichever way. Without an order, as they are. */
export function inOrder<Row>(
  rows: readonly Row[],
  columns: readonly SortableColumn<Row>[],
  order: Order | undefined,
): readonly Row[] {
  const sortBy = columns.find((column) => column.title === order?.title)?.sortBy;
  if (order === undefined || sortBy === undefined) return rows;
  const sign = order.direction === 'asc' ? 1 : -1;
  return rows.toSorted((one, other) => {
    const [first, second] = [sortBy(one), sortBy(other)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    if (typeof first === 'string' || typeof second === 'string') return sign * String(first).localeCompare(String(second));
    return sign * (first - second);
  });
}
