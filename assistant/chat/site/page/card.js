// The card of an answer: its reading as chips, chart, tables, what it rests on, what was said of it, what to ask next.
import { Audience } from './audience.js';
import { Chart } from './chart.js';
import { Chips } from './chips.js';
import { Evidence } from './evidence.js';
import { Foot } from './foot.js';
import { h, host } from './host.js';
import { TAGS } from './language.js';
import { say } from './live.js';
import { Looks } from './looks.js';
import { Next } from './next.js';
import { DataTable } from './table.js';
import { WORDS } from './words.js';

export function Card({ card, act }) {
  const { useCallback, useEffect, useState } = host.React;
  const words = WORDS[card.language] || WORDS.en;
  const [busy, setBusy] = useState(false);
  const [group, setGroup] = useState(null);

  useEffect(() => {
    speak(`answer-${card.turn}`, TAGS[card.language]);
    if (card.fresh) say(card);
  }, []);

  /** Hands a click to the conversation; one at a time. */
  const click = useCallback(
    async (payload) => {
      if (busy) return;
      setBusy(true);
      try {
        const said = await act({ name: 'click', payload: { turn: card.turn, language: card.language, ...payload } });
        if (said?.response?.refused) host.toast.error(said.response.refused);
      } catch {
        host.toast.error(words.failed);
      } finally {
        setBusy(false);
      }
    },
    [busy, card, act]
  );
  const shared = { card, words, click, busy };
  const computed = card.status === 'answered' && card.chips.length > 0;
  const next = card.next.length > 0 && h(Next, shared);

  return h(
    'div',
    { className: 'hx-card', id: `answer-${card.turn}`, lang: TAGS[card.language] },
    card.chips.length > 0 && h(Chips, shared),
    card.chart && h(Chart, { ...shared, look: card.tables.some((table) => table.drills) ? setGroup : () => {} }),
    ...card.tables.map((table) => h(DataTable, { ...shared, table, key: table.index, look: setGroup })),
    card.audience && card.files && h(Audience, shared),
    group && h(Looks, { ...shared, group, close: () => setGroup(null) }),
    !computed && next,
    card.status === 'answered' && h(Evidence, shared),
    card.judged && h(Foot, shared),
    computed && next
  );
}

/** The question and its answer are in the language of the question, whatever that of the interface is. */
function speak(card, language) {
  let line = document.getElementById(card)?.closest('.step');
  while (line) {
    line.lang = language;
    line = line.dataset.stepType === 'user_message' ? null : line.previousElementSibling;
  }
}
