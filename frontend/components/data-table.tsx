import Box from '@mui/material/Box';
import type { Theme } from '@mui/material/styles';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';
import useMediaQuery from '@mui/material/useMediaQuery';
import { type ReactNode, useState } from 'react';
import { LabelledSelect } from './labelled-select.tsx';
import { canSort, firstOrder, inOrder, type Order, turned } from './row-order.ts';
import { visuallyHidden } from './visually-hidden.ts';

export interface Column<Row> {
  title: string;
  render: (row: Row) => ReactNode;
  align?: 'right';
  width?: number | string;
  /** What to sort by where the reader chooses this column; without it the column cannot be chosen. `null` comes last. */
  sortBy?: (row: Row) => number | string | null;
  /** The title is for screen readers only, such as over a row's buttons. */
  hideTitle?: boolean;
}

interface DataTableProps<Row> {
  /** What the table shows, for screen readers. */
  caption: string;
  /** The first column names the row. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}

/** Rows and columns; on a phone each row becomes a card that lists its columns, so nothing scrolls sideways. */
export function DataTable<Row>({ caption, columns, rows, rowKey }: DataTableProps<Row>) {
  const narrow = useMediaQuery((theme: Theme) => theme.breakpoints.down('sm'), { noSsr: true });
  const [order, setOrder] = useState<Order>();
  const sorted = inOrder(rows, columns, order);
  return narrow ? (
    <>
      {columns.some((column) => column.sortBy !== undefined) && (
        <Box sx={{ p: 2, pb: 0.5 }}>
          <LabelledSelect
            label="Sort by"
            value={order?.title ?? ''}
            options={[
              { value: '', label: 'As it is' },
              ...columns.filter(canSort).map(({ title }) => ({ value: title, label: title })),
            ]}
            onChange={(title) => setOrder(title === '' ? undefined : firstOrder(title, columns, rows))}
          />
        </Box>
      )}
      <Box component="ul" aria-label={caption} sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {sorted.map((row) => (
          <Card key={rowKey(row)} columns={columns} row={row} />
        ))}
      </Box>
    </>
  ) : (
    <Table sx={{ '& tr > :first-child': { pl: 2.5 }, '& tr > :last-child': { pr: 2.5 } }}>
      <caption style={visuallyHidden}>{caption}</caption>
      <TableHead>
        <TableRow>
          {columns.map((column) => (
            <TableCell
              key={column.title}
              align={column.align ?? 'left'}
              sx={{ width: column.width }}
              scope="col"
              sortDirection={order?.title === column.title ? order.direction : false}
            >
              {column.hideTitle ? (
                <span style={visuallyHidden}>{column.title}</span>
              ) : canSort(column) ? (
                <TableSortLabel
                  active={order?.title === column.title}
                  direction={order?.title === column.title ? order.direction : 'desc'}
                  onClick={() =>
                    setOrder(order?.title === column.title ? turned(order) : firstOrder(column.title, columns, rows))
                  }
                >
                  {column.title}
                </TableSortLabel>
              ) : (
                column.title
              )}
            </TableCell>
          ))}
        </TableRow>
      </TableHead>
      <TableBody sx={{ '& > tr:last-child > *': { borderBottom: 0 } }}>
        {sorted.map((row) => (
          <TableRow key={rowKey(row)}>
            {columns.map((column, index) => (
              <TableCell
                key={column.title}
                align={column.align ?? 'left'}
                {...(index === 0 && { component: 'th', scope: 'row' })}
                // The naming column gives way first; the others break only at words.
                sx={{ fontVariantNumeric: 'tabular-nums', ...(index === 0 && { overflowWrap: 'anywhere', minWidth: 150 }) }}
              >
                {column.render(row)}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function Card<Row>({ columns, row }: { columns: readonly Column<Row>[]; row: Row }) {
  const [name, ...others] = columns;
  return (
    <Box component="li" sx={{ px: 2, py: 1.5, borderBottom: 1, borderColor: 'line.soft', '&:last-of-type': { borderBottom: 0 } }}>
      {name !== undefined && <Box sx={{ fontSize: '0.875rem', fontWeight: 550, mb: 0.75 }}>{name.render(row)}</Box>}
      <Box component="dl" sx={{ display: 'grid', gridTemplateColumns: 'auto minmax(0, 1fr)', columnGap: 2, rowGap: 0.5, m: 0 }}>
        {others.map((column) => (
          <Box key={column.title} sx={{ display: 'contents' }}>
            <Box component="dt" sx={{ fontSize: '0.8125rem', color: 'text.secondary', ...(column.hideTitle && visuallyHidden) }}>
              {column.title}
            </Box>
            <Box
              component="dd"
              sx={{
                m: 0,
                fontSize: '0.8125rem',
                textAlign: 'right',
                overflowWrap: 'anywhere',
                fontVariantNumeric: 'tabular-nums',
                ...(column.hideTitle && { gridColumn: '1 / -1', textAlign: 'left' }),
              }}
            >
              {column.render(row)}
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
