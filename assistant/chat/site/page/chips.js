// A reading as chips: each part can be changed by a menu, or taken away; parts that are not there can be added.
import { get } from './api.js';
import { h, host, icon } from './host.js';

const PAUSE = 200; // milliseconds after the last key before a search is sent

export function Chips({ card, words, click, busy }) {
  const said = card.chips.filter((chip) => chip.text);
  const more = card.chips.filter((chip) => !chip.text);
  return h(
    'div',
    { className: 'hx-chips', role: 'group', 'aria-label': words.chips },
    ...said.map((chip) => h(Chip, { key: chip.key, chip, card, words, click, busy })),
    ...more.map((chip) => h(Chip, { key: chip.key, chip, card, words, click, busy }))
  );
}

function Chip({ chip, card, words, click, busy }) {
  const { useState } = host.React;
  const { Popover, PopoverContent, PopoverTrigger } = host.controls;
  const [open, setOpen] = useState(false);
  const says = chip.text ? `${words.change}: ${chip.name}, ${chip.text}` : `${words.add}: ${chip.name}`;
  const choose = (edit, text) => {
    setOpen(false);
    click({ edit, text: text ? `${chip.name}${card.language === 'zh' ? '：' : ': '}${text}` : `${words.remove} ${chip.text}` });
  };
  const face = chip.text
    ? [h('span', { key: 'name', className: 'hx-chip-name' }, chip.name), h('span', { key: 'text' }, chip.text)]
    : [icon('Plus', { key: 'plus' }), h('span', { key: 'name' }, chip.name)];
  return h(
    'span',
    { className: chip.text ? 'hx-chip' : 'hx-chip hx-chip-add', 'data-chip': chip.key },
    chip.options
      ? h(
          Popover,
          { open, onOpenChange: setOpen },
          h(PopoverTrigger, { asChild: true }, h('button', { type: 'button', disabled: busy, 'aria-label': says }, ...face, chip.text && icon('ChevronDown', { key: 'down' }))),
          h(
            PopoverContent,
            { className: 'hx-menu', align: 'start', collisionPadding: 8 },
            open && h(Menu, { chip, card, words, choose })
          )
        )
      : h('span', { className: 'hx-chip-still' }, ...face),
    chip.remove &&
      h(
        'button',
        { type: 'button', className: 'hx-chip-remove', disabled: busy, 'aria-label': `${words.remove}: ${chip.text}`, title: words.remove, onClick: () => choose(chip.remove, '') },
        icon('X')
      )
  );
}

/** What a chip could say instead; the server knows, and searches. */
function Menu({ chip, card, words, choose }) {
  const { useEffect, useState } = host.React;
  const { Command, CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList } = host.controls;
  const [path, setPath] = useState([chip.key]);
  const [search, setSearch] = useState('');
  const [found, setFound] = useState(null);
  const [marked, setMarked] = useState('');
  const key = path[path.length - 1];
  const nameOf = (option) => `${option.group} ${option.text}`;

  /** What Enter takes: the first of what was found. */
  useEffect(() => setMarked(found?.length ? nameOf(found[0]) : ''), [found]);

  useEffect(() => {
    const leave = new AbortController();
    const later = setTimeout(async () => {
      try {
        setFound(await get(card, 'menu', { chip: key, search }, leave.signal));
      } catch {
        if (!leave.signal.aborted) setFound([]);
      }
    }, found ? PAUSE : 0);
    return () => {
      clearTimeout(later);
      leave.abort();
    };
  }, [key, search]);

  const take = (option) => {
    if (option.opens) {
      setSearch('');
      setFound(null);
      setPath([...path, option.opens]);
    } else if (!option.current) choose(option.edit, option.text);
  };
  const groups = [...new Set((found || []).map((option) => option.group))];
  return h(
    Command,
    { shouldFilter: false, label: chip.name, value: marked, onValueChange: setMarked },
    h(CommandInput, { placeholder: words.search, 'aria-label': words.search, value: search, onValueChange: setSearch }),
    path.length > 1 &&
      h('button', { type: 'button', className: 'hx-quiet hx-back', onClick: () => { setFound(null); setPath(path.slice(0, -1)); } }, icon('ChevronLeft'), chip.name),
    h(
      CommandList,
      null,
      found === null && h('p', { className: 'hx-muted hx-pad' }, words.loading),
      found !== null && found.length === 0 && h(CommandEmpty, null, words.nothing),
      ...groups.map((group) =>
        h(
          CommandGroup,
          { key: group, heading: group || undefined },
          ...found
            .filter((option) => option.group === group)
            .map((option) =>
              h(
                CommandItem,
                { key: option.text, value: nameOf(option), onSelect: () => take(option), 'data-current': option.current || undefined },
                h('span', { className: 'hx-option' }, option.text),
                option.current && icon('Check'),
                option.opens && icon('ChevronRight')
              )
            )
        )
      )
    ),
    chip.part === 'period' && h(Days, { words, choose })
  );
}

/** Two days of one's own choice. */
function Days({ words, choose }) {
  const { useState } = host.React;
  const [days, setDays] = useState({ start: '', end: '' });
  const fits = days.start && days.end && days.start <= days.end;
  const day = (name, label) =>
    h('label', null, h('span', null, label), h('input', { type: 'date', value: days[name], onChange: (event) => setDays({ ...days, [name]: event.target.value }) }));
  const apply = (event) => {
    event.preventDefault();
    if (fits) choose({ part: 'period', value: { kind: 'dates', ...days } }, `${days.start} – ${days.end}`);
  };
  return h('form', { className: 'hx-days', onSubmit: apply }, day('start', words.from), day('end', words.to), h('button', { type: 'submit', className: 'hx-suggestion', disabled: !fits }, words.apply));
}
