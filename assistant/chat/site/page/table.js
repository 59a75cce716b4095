// A table: figures on the right, a page at a time, sorted by a click on a heading; a group can be looked into.
import { answerPath, get } from './api.js';
import { h, host, icon, iconButton } from './host.js';

const PAGE = 10;
const SMALL = 12; // tables of up to so many rows stand whole

/** -1, 0 or 1; figures by size, dates by day, texts as the language orders them. */
function compare(one, other, index, language) {
  const [left, right] = [one.keys[index], other.keys[index]];
  if (left === null && right === null) return one.cells[index].localeCompare(other.cells[index], language);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Rows in an order; what is missing stands last either way. */
function sorted(rows, order, columns, language) {
  if (!order) return rows;
  const isMissing = (row) => columns[order.index].number && row.keys[order.index] === null;
  const present = rows.filter((row) => !isMissing(row));
  present.sort((one, other) => compare(one, other, order.index, language) * (order.descending ? -1 : 1));
  return [...present, ...rows.filter(isMissing)];
}

export function DataTable({ card, words, table, look, busy }) {
  const { useMemo, useState } = host.React;
  const { columns, sums, count } = table;
  const [rows, setRows] = useState(table.rows);
  const [order, setOrder] = useState(null);
  const [page, setPage] = useState(0);
  const shown = useMemo(() => sorted(rows, order, columns, card.language), [rows, order]);
  const size = count <= SMALL ? SMALL : PAGE;
  const last = Math.max(0, Math.ceil(count / size) - 1);
  const from = page * size;

  /** The rows that the card did not bring along. */
  const all = async () => {
    if (rows.length < count) setRows(await get(card, 'rows', { table: table.index }));
  };
  const tried = (work) => work().catch(() => host.toast.error(words.failed));
  const turn = (next) =>
    tried(async () => {
      if ((next + 1) * size > rows.length) await all();
      setPage(next);
    });
  /** Figures start with the largest; a second click turns the order around, a third takes it back. */
  const sortBy = (index) =>
    tried(async () => {
      await all();
      const first = columns[index].number;
      setPage(0);
      setOrder((now) => (!now || now.index !== index ? { index, descending: first } : now.descending === first ? { index, descending: !first } : null));
    });
  const side = (index) => (columns[index].number ? 'hx-number' : columns[index].wraps ? 'hx-words' : undefined);
  const named = table.name || columns.map((column) => column.heading).join(', ');
  const heads = (index) => index === 0 && !columns[0].number;
  const placed = (index, inside) => h(heads(index) ? 'th' : 'td', { key: index, scope: heads(index) ? 'row' : undefined, className: side(index) }, inside);
  const group = (row, cell) =>
    h('button', { type: 'button', className: 'hx-group', disabled: busy, title: words.drill.replace('{label}', cell), onClick: () => look({ row: row.row, label: cell }) }, cell);
  const direction = (index) => (order?.index === index ? (order.descending ? 'descending' : 'ascending') : 'none');
  const arrow = { none: null, descending: 'ArrowDown', ascending: 'ArrowUp' };

  return h(
    'div',
    { className: 'hx-table' },
    table.name && h('p', { className: 'hx-muted' }, table.name),
    h(
      'div',
      { className: 'hx-scrolls' },
      h(
        'table',
        { 'aria-label': named },
        h('thead', null, h('tr', null, ...columns.map((column, index) =>
          h('th', { key: index, scope: 'col', className: side(index), 'aria-sort': direction(index) },
            h('button', { type: 'button', title: column.words, onClick: () => sortBy(index) }, column.heading, arrow[direction(index)] && icon(arrow[direction(index)])))))),
        h('tbody', null, ...shown.slice(from, from + size).map((row) =>
          h('tr', { key: row.row }, ...row.cells.map((cell, index) => placed(index, table.drills && heads(index) ? group(row, cell) : cell))))),
        sums.length > 0 &&
          h('tfoot', null, ...sums.map((sum) =>
            h('tr', { key: sum.kind, 'data-sum': sum.kind }, ...sum.cells.map((cell, index) => placed(index, cell)))))
      )
    ),
    h(
      'div',
      { className: 'hx-tools' },
      card.files && h('a', { className: 'hx-quiet', href: answerPath(card, 'table.csv', { table: table.index || null }), download: '', 'aria-label': words.csv, title: words.csv }, icon('Download'), 'CSV'),
      card.files && table.index === 0 && h('a', { className: 'hx-quiet', href: answerPath(card, 'answer.xlsx'), download: '', 'aria-label': words.excel, title: words.excel }, icon('FileSpreadsheet'), 'Excel'),
      h('span', { className: 'hx-space' }),
      last > 0 &&
        h(
          'nav',
          { className: 'hx-pages', 'aria-label': words.pages },
          iconButton('ChevronLeft', words.previous, () => turn(page - 1), { disabled: page === 0 }),
          h('span', { className: 'hx-muted' }, `${from + 1}–${Math.min(from + size, count)} / ${count.toLocaleString('en')}`),
          iconButton('ChevronRight', words.next, () => turn(page + 1), { disabled: page >= last })
        )
    )
  );
}
