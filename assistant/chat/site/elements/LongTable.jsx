// A table of many rows: a page at a time, figures on the right, sorted by a click on a heading.
// Chainlit gives `props`: language, columns [{heading, number}], rows [{cells, keys}], sums [{kind, cells}].
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo, useState } from 'react';

import { Button } from '@/components/ui/button';
import { Table, TableBody, TableCell, TableFooter, TableHead, TableHeader, TableRow } from '@/components/ui/table';

const PAGE = 10;
const WORDS = {
  zh: { previous: '上一页', next: '下一页', pages: '翻页' },
  en: { previous: 'Previous', next: 'Next', pages: 'Pages' }
};

/** -1, 0 or 1; figures by size, dates by day, texts as the language orders them. */
function compare(one, other, index, language) {
  const [left, right] = [one.keys[index], other.keys[index]];
  if (left === null && right === null) return one.cells[index].localeCompare(other.cells[index], language);
  return left < right ? -1 : left > right ? 1 : 0;
}

function sorted(rows, order, column, language) {
  if (!order) return rows;
  const isMissing = (row) => column.number && row.keys[order.index] === null;
  const present = rows.filter((row) => !isMissing(row));
  present.sort((one, other) => compare(one, other, order.index, language) * (order.descending ? -1 : 1));
  return [...present, ...rows.filter(isMissing)];
}

export default function LongTable() {
  const { language, columns, rows, sums } = props;
  const words = WORDS[language] || WORDS.en;
  const [order, setOrder] = useState(null);
  const [page, setPage] = useState(0);

  const shown = useMemo(
    () => sorted(rows, order, order && columns[order.index], language),
    [rows, order, columns, language]
  );
  const last = Math.ceil(rows.length / PAGE) - 1;
  const from = page * PAGE;
  const to = Math.min(from + PAGE, rows.length);

  /** Figures start with the largest; a second click turns the order around, a third takes it back. */
  const sortBy = (index) => {
    const first = columns[index].number;
    setPage(0);
    setOrder((now) => {
      if (!now || now.index !== index) return { index, descending: first };
      return now.descending === first ? { index, descending: !first } : null;
    });
  };
  const side = (index) => (columns[index].number ? 'number' : '');
  const direction = (index) => (order && order.index === index ? (order.descending ? 'descending' : 'ascending') : 'none');
  const arrow = (index) =>
    ({ none: null, descending: <ArrowDown className="!size-3" />, ascending: <ArrowUp className="!size-3" /> })[direction(index)];

  return (
    <div className="long-table">
      <div className="rounded-md border overflow-hidden">
        <Table>
          <TableHeader>
            <TableRow>
              {columns.map((column, index) => (
                <TableHead key={index} className={side(index)} aria-sort={direction(index)}>
                  <button type="button" className="inline-flex items-center gap-1" onClick={() => sortBy(index)}>
                    {column.heading}
                    {arrow(index)}
                  </button>
                </TableHead>
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {shown.slice(from, to).map((row, place) => (
              <TableRow key={from + place}>
                {row.cells.map((cell, index) => (
                  <TableCell key={index} className={side(index)}>
                    {cell}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
          {sums.length > 0 && (
            <TableFooter>
              {sums.map((sum) => (
                <TableRow key={sum.kind}>
                  {sum.cells.map((cell, index) => (
                    <TableCell key={index} className={side(index)}>
                      {cell}
                    </TableCell>
                  ))}
                </TableRow>
              ))}
            </TableFooter>
          )}
        </Table>
      </div>
      <nav className="flex items-center justify-end gap-1" aria-label={words.pages}>
        <Button variant="ghost" size="sm" disabled={page === 0} onClick={() => setPage(page - 1)}>
          <ChevronLeft />
          {words.previous}
        </Button>
        <span className="text-sm text-muted-foreground">
          {from + 1}–{to} / {rows.length}
        </span>
        <Button variant="ghost" size="sm" disabled={page >= last} onClick={() => setPage(page + 1)}>
          {words.next}
          <ChevronRight />
        </Button>
      </nav>
    </div>
  );
}
