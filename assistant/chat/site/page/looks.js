// A look into one group of an answer, as the next question: how it should be split.
import { get } from './api.js';
import { h, host, useReturn } from './host.js';

export function Looks({ card, words, click, group, close }) {
  const { useEffect, useRef, useState } = host.React;
  const { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } = host.controls;
  const [found, setFound] = useState(null);
  useReturn();
  const list = useRef(null);

  useEffect(() => {
    const leave = new AbortController();
    setFound(null);
    get(card, 'looks', { row: group.row }, leave.signal)
      .then(setFound)
      .catch(() => leave.signal.aborted || setFound({ label: '', looks: [] }));
    return () => leave.abort();
  }, [group]);

  useEffect(() => list.current?.querySelector('button')?.focus(), [found]);

  const choose = (place) => {
    close();
    click({ row: group.row, look: place });
  };
  return h(
    Dialog,
    { open: true, onOpenChange: (open) => open || close() },
    h(
      DialogContent,
      { className: 'hx-dialog' },
      h(DialogHeader, null, h(DialogTitle, null, words.drill.replace('{label}', found?.label || group.label))),
      h(DialogDescription, { className: 'hx-unseen' }, words.ask_next),
      found === null && h('p', { className: 'hx-muted' }, words.loading),
      found?.looks.length === 0 && h('p', { className: 'hx-muted' }, words.nothing),
      h('div', { className: 'hx-next', ref: list }, ...(found?.looks || []).map((text, place) =>
        h('button', { key: place, type: 'button', className: 'hx-suggestion', onClick: () => choose(place) }, text)))
    )
  );
}
