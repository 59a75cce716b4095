// What can be asked next, as buttons: follow-ups, the readings of a question back, what can be asked instead.
import { h } from './host.js';

export function Next({ card, words, click, busy }) {
  const title = { answered: words.ask_next, clarify: words.choose, refused: words.instead }[card.status] || '';
  const press = (place) => click(card.again ? { again: true } : { next: place });
  return h(
    'div',
    { className: 'hx-next', role: 'group', 'aria-label': title || card.next[0] },
    card.chips.length > 0 && h('span', { className: 'hx-muted' }, title),
    ...card.next.map((text, place) =>
      h('button', { key: place, type: 'button', className: 'hx-suggestion', disabled: busy, onClick: () => press(place) }, text)
    )
  );
}
