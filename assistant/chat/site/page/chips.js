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
    more.length > 0 && h(AddChip, { chips: more, card, words, click, busy })
  );
}

/** What a change is called where it stands as the question. */
function asAsked(chip, text, card, words) {
  return text ? `${chip.name}${card.language === 'zh' ? '：' : ': '}${text}` : `${words.remove} ${chip.text}`;
}

function Chip({ chip, card, words, click, busy }) {
  const choose = (edit, text) => click({ edit, text: asAsked(chip, text, card, words) });
  const name = h('span', { key: 'name', className: 'hx-chip-name', hidden: chip.name === chip.text }, chip.name);
  const face = [name, h('span', { key: 'text' }, chip.text)];
  return h(
    'span',
    { className: 'hx-chip', 'data-chip': chip.key },
    chip.options
      ? h(Opening, {
          face: [...face, icon('ChevronDown', { key: 'down' })],
          says: `${words.change}: ${chip.name}, ${chip.text}`,
          busy,
          menu: (close) => h(Menu, { chips: [chip], card, words, choose: (_, edit, text) => { close(); choose(edit, text); } })
        })
      : h('span', { className: 'hx-chip-still' }, ...face),
    chip.remove &&
      h(
        'button',
        { type: 'button', className: 'hx-chip-remove', disabled: busy, 'aria-label': `${words.remove}: ${chip.text}`, title: words.remove, onClick: () => choose(chip.remove, '') },
        icon('X')
      )
  );
}

/** All that is not there yet, behind one button. */
function AddChip({ chips, card, words, click, busy }) {
  return h(
    'span',
    { className: 'hx-chip hx-chip-add', 'data-chip': 'add' },
    h(Opening, {
      face: [icon('Plus', { key: 'plus' }), h('span', { key: 'name' }, words.add)],
      says: words.add,
      busy,
      menu: (close) => h(Menu, { chips, card, words, choose: (chip, edit, text) => { close(); click({ edit, text: asAsked(chip, text, card, words) }); } })
    })
  );
}

/** A button that opens a menu. */
function Opening({ face, says, busy, menu }) {
  const { useState } = host.React;
  const { Popover, PopoverContent, PopoverTrigger } = host.controls;
  const [open, setOpen] = useState(false);
  return h(
    Popover,
    { open, onOpenChange: setOpen },
    h(PopoverTrigger, { asChild: true }, h('button', { type: 'button', disabled: busy, 'aria-label': says }, ...face)),
    h(PopoverContent, { className: 'hx-menu', align: 'start', collisionPadding: 8, 'aria-label': says }, open && menu(() => setOpen(false)))
  );
}

/**
 * What chips could say instead; the server knows, and searches. Of several chips one is chosen first.
 * An entry may open a further menu, and every menu but the first leads back.
 */
function Menu({ chips, card, words, choose }) {
  const { useEffect, useState } = host.React;
  const { Command, CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList } = host.controls;
  const [path, setPath] = useState(chips.length === 1 ? [{ chip: chips[0], key: chips[0].key, name: chips[0].name }] : []);
  const [search, setSearch] = useState('');
  const [found, setFound] = useState(null);
  const [marked, setMarked] = useState('');
  const here = path[path.length - 1];
  const nameOf = (option) => `${option.group} ${option.text}`;

  useEffect(() => {
    if (!here) {
      const typed = search.trim().toLowerCase();
      const options = chips.map((chip) => ({ text: chip.name, group: '', chip, opens: chip.key }));
      setFound(options.filter((option) => option.text.toLowerCase().includes(typed)));
      return undefined;
    }
    const leave = new AbortController();
    const later = setTimeout(async () => {
      try {
        setFound(await get(card, 'menu', { chip: here.key, search }, leave.signal));
      } catch {
        if (!leave.signal.aborted) setFound([]);
      }
    }, found ? PAUSE : 0);
    return () => {
      clearTimeout(later);
      leave.abort();
    };
  }, [here?.key, search]);

  /** What Enter takes: the first of what was found. */
  useEffect(() => setMarked(found?.length ? nameOf(found[0]) : ''), [found]);

  const go = (next) => {
    setSearch('');
    setFound(null);
    setPath(next);
  };
  const take = (option) => {
    if (option.opens) go([...path, { chip: option.chip || here.chip, key: option.opens, name: option.text }]);
    else if (!option.current) choose(here.chip, option.edit, option.text);
  };
  const groups = [...new Set((found || []).map((option) => option.group))];
  return h(
    Command,
    { shouldFilter: false, label: here?.name || words.add, value: marked, onValueChange: setMarked },
    h(CommandInput, { placeholder: words.search, 'aria-label': words.search, value: search, onValueChange: setSearch }),
    path.length > (chips.length === 1 ? 1 : 0) &&
      h('button', { type: 'button', className: 'hx-quiet hx-back', onClick: () => go(path.slice(0, -1)) }, icon('ChevronLeft'), here.name),
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
    here?.chip.part === 'period' && h(Days, { words, choose: (edit, text) => choose(here.chip, edit, text) })
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
