// An audience leaves when it is confirmed; then its files are there to be taken, as often as they are wanted.
import { answerPath, post } from './api.js';
import { h, host, icon } from './host.js';

const FORMS = [['csv', 'audience_csv', 'Download'], ['parquet', 'audience_parquet', 'Download'], ['json', 'audience_manifest', 'FileText']];

export function Audience({ card, words }) {
  const { useState } = host.React;
  const [left, setLeft] = useState(null);
  const [waits, setWaits] = useState(false);

  const confirm = async () => {
    setWaits(true);
    try {
      setLeft(await post(card, 'audience', {}));
    } catch (error) {
      host.toast.error(/\s|[\u4e00-\u9fff]/.test(error.message) ? error.message : words.failed);
    } finally {
      setWaits(false);
    }
  };
  if (!left)
    return h(
      'div',
      { className: 'hx-tools' },
      h('button', { type: 'button', className: 'hx-suggestion', disabled: waits, onClick: confirm }, icon('Download'), ' ', words.audience)
    );
  return h(
    'div',
    { className: 'hx-tools', role: 'status' },
    h('span', { className: 'hx-muted' }, words.audience_done + left.name),
    ...FORMS.map(([form, name, sign]) => h('a', { key: form, className: 'hx-quiet', href: answerPath(card, `audience.${form}`), download: '' }, icon(sign), words[name]))
  );
}
