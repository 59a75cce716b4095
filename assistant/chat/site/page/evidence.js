// What an answer rests on, and its SQL, each behind a fold.
import { copy } from './copying.js';
import { h, icon, iconButton } from './host.js';

export function Evidence({ card, words }) {
  return h(
    'div',
    { className: 'hx-evidence' },
    card.evidence.length > 0 &&
      h(
        'details',
        null,
        h('summary', null, icon('ChevronRight'), words.evidence),
        h('dl', null, ...card.evidence.flatMap((each) => [
          h('dt', { key: each.name }, each.name),
          ...each.texts.map((text, place) => h('dd', { key: `${each.name} ${place}` }, text))
        ]))
      ),
    card.sql &&
      h(
        'details',
        null,
        h('summary', null, icon('ChevronRight'), words.sql),
        h(
          'div',
          { className: 'hx-code' },
          iconButton('Copy', words.copy_sql, () => copy(card.sql, words)),
          h('pre', { tabIndex: 0, 'aria-label': words.sql }, h('code', { className: 'language-sql' }, card.sql))
        )
      )
  );
}
