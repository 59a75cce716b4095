// What a user says of an answer, and its link.
import { post } from './api.js';
import { copy } from './copying.js';
import { h, host, icon, iconButton, useReturn } from './host.js';

export function Foot({ card, words }) {
  const { useState } = host.React;
  const [thumb, setThumb] = useState(card.thumb);
  const [asking, setAsking] = useState(false);
  const [meant, setMeant] = useState(false);

  const tell = async (said, thanks, turn = card.turn) => {
    try {
      await post({ ...card, turn }, 'feedback', said);
      if (thanks) host.toast.success(thanks);
      return true;
    } catch {
      host.toast.error(words.failed);
      return false;
    }
  };
  const up = async () => {
    const kind = thumb === 'up' ? 'none' : 'up';
    if (await tell({ kind })) setThumb(kind === 'none' ? null : kind);
  };
  const down = async () => {
    if (thumb !== 'down') setAsking(true);
    else if (await tell({ kind: 'none' })) setThumb(null);
  };
  const send = async (said) => {
    setAsking(false);
    const { should_be, ...about } = said;
    if (await tell({ kind: 'down', ...about }, words.thanks)) setThumb('down');
    if (should_be) await tell({ kind: 'reading', should_be });
  };
  const mean = async () => {
    if (await tell({ kind: 'reading', should_be: card.request }, words.meant_thanks, card.edited)) setMeant(true);
  };
  const link = `${location.origin}/thread/${card.conversation}#answer-${card.turn}`;
  return h(
    'div',
    { className: 'hx-tools hx-foot' },
    iconButton('ThumbsUp', words.good, up, { 'aria-pressed': thumb === 'up' }),
    iconButton('ThumbsDown', words.bad, down, { 'aria-pressed': thumb === 'down' }),
    iconButton('Link', words.copy_link, () => copy(link, words)),
    card.edited !== null &&
      h('button', { type: 'button', className: 'hx-quiet', disabled: meant, onClick: mean }, icon(meant ? 'Check' : 'BookmarkCheck'), words.meant),
    asking && h(Why, { card, words, send, close: () => setAsking(false) })
  );
}

/** What is wrong, and what it should be: other words are read at once, and one of the readings can be confirmed. */
function Why({ card, words, send, close }) {
  const { useState } = host.React;
  const { Button, Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } = host.controls;
  useReturn();
  const [reasons, setReasons] = useState([]);
  const [comment, setComment] = useState('');
  const [wording, setWording] = useState('');
  const [read, setRead] = useState(null);
  const [chosen, setChosen] = useState(null);

  const toggle = (reason) => setReasons((now) => (now.includes(reason) ? now.filter((each) => each !== reason) : [...now, reason]));
  const understand = async () => {
    setChosen(null);
    setRead(wording.trim() ? await post(card, 'meant', { text: wording.trim() }).catch(() => ({ readings: [], nothing: words.failed })) : null);
  };
  const submit = (event) => {
    event.preventDefault();
    const said = chosen === null && wording.trim() ? [comment, `${words.should_be} ${wording}`].filter(Boolean).join('\n') : comment;
    send({ reasons, comment: said, ...(chosen !== null && { should_be: read.readings[chosen].request }) });
  };
  return h(
    Dialog,
    { open: true, onOpenChange: (open) => open || close() },
    h(
      DialogContent,
      { className: 'hx-dialog' },
      h(DialogHeader, null, h(DialogTitle, null, words.why)),
      h(DialogDescription, { className: 'hx-unseen' }, words.comment),
      h(
        'form',
        { onSubmit: submit },
        h('fieldset', { className: 'hx-reasons' }, h('legend', { className: 'hx-unseen' }, words.why), ...Object.entries(words.reasons).map(([reason, text]) =>
          h('label', { key: reason }, h('input', { type: 'checkbox', checked: reasons.includes(reason), onChange: () => toggle(reason) }), text))),
        h('label', { className: 'hx-field' }, h('span', null, words.should_be), h('input', { type: 'text', value: wording, maxLength: 400, onChange: (event) => setWording(event.target.value), onBlur: understand })),
        read && read.readings.length === 0 && h('p', { className: 'hx-muted', role: 'status' }, read.nothing),
        read && read.readings.length > 0 && h('div', { className: 'hx-reasons', role: 'radiogroup', 'aria-label': words.should_be }, ...read.readings.map((each, place) =>
          h('label', { key: place }, h('input', { type: 'radio', name: 'reading', checked: chosen === place, onChange: () => setChosen(place) }), each.text))),
        h('label', { className: 'hx-field' }, h('span', null, words.comment), h('textarea', { value: comment, rows: 2, maxLength: 2000, onChange: (event) => setComment(event.target.value) })),
        h(Button, { type: 'submit', disabled: !reasons.length && !comment.trim() && !wording.trim() }, words.send)
      )
    )
  );
}
