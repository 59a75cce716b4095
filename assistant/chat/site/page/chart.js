// The chart of an answer: drawn by Plotly from what the server says, in another kind, scale or length, and as a picture.
import { get } from './api.js';
import { h, host, icon, iconButton } from './host.js';
import { plotly } from './plotly.js';
import { ground, onGround } from './theme.js';

const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };
const BEST = { kind: null, log: false, top: null };
const WHITE = { light: '#ffffff', dark: '#1b1d21' };

export function Chart({ card, words, look }) {
  const { useEffect, useRef, useState } = host.React;
  const { chart } = card;
  const [view, setView] = useState(BEST);
  const [drawn, setDrawn] = useState(null);
  const [failed, setFailed] = useState(false);
  const [colours, setColours] = useState(ground());
  const place = useRef(null);

  useEffect(() => onGround(setColours), []);

  useEffect(() => {
    const leave = new AbortController();
    const values = { ...view, log: view.log || null, ground: colours };
    get(card, 'figure', values, leave.signal)
      .then((figure) => {
        setDrawn(figure);
        setFailed(false);
      })
      .catch(() => leave.signal.aborted || setFailed(true));
    return () => leave.abort();
  }, [view, colours]);

  useEffect(() => {
    if (!drawn || !place.current) return undefined;
    let gone = false;
    const where = place.current;
    plotly().then((Plotly) => {
      if (gone) return;
      Plotly.react(where, drawn.data, { ...drawn.layout, autosize: true }, CONFIG).then(() => {
        where.removeAllListeners?.('plotly_click');
        where.on('plotly_click', (event) => {
          const [label, , row] = event.points[0].customdata || [];
          if (Number.isInteger(row)) look({ row, label: plain(label) });
        });
      });
    }, () => gone || setFailed(true));
    return () => {
      gone = true;
    };
  }, [drawn]);

  useEffect(() => () => window.Plotly && place.current && window.Plotly.purge(place.current), []);

  const kind = view.kind || chart.kinds[0].value;
  const canLog = chart.log && chart.log_kinds.includes(kind);
  const height = drawn?.layout.height || 300;
  return h(
    'figure',
    { className: 'hx-chart' },
    h(
      'div',
      { className: 'hx-tools', role: 'group', 'aria-label': words.chart },
      chart.kinds.length > 1 &&
        h(Menu, { label: words.chart_type, options: chart.kinds, value: kind, change: (value) => setView({ ...view, kind: value }) }),
      chart.tops.length > 1 &&
        h(Menu, { label: words.top, named: true, options: chart.tops, value: view.top, change: (value) => setView({ ...view, top: value }) }),
      canLog &&
        h(
          'button',
          { type: 'button', className: 'hx-toggle', 'aria-pressed': view.log, onClick: () => setView({ ...view, log: !view.log }) },
          chart.log
        ),
      h('span', { className: 'hx-space' }),
      card.files && iconButton('ImageDown', words.picture, () => picture(drawn, card, colours, words), { disabled: !drawn })
    ),
    failed && h('p', { className: 'hx-muted', role: 'alert' }, icon('AlertCircle'), words.failed),
    h('div', { ref: place, className: 'hx-plot', role: 'img', 'aria-label': drawn?.describe || chart.describe, style: { minHeight: failed ? 0 : `${height}px` } })
  );
}

/** What Plotly is told as HTML, in the letters that it shows. */
const plain = (html) => new DOMParser().parseFromString(html, 'text/html').body.textContent;

/** A menu of few entries; the system's own is known to every keyboard, phone and screen reader. */
function Menu({ label, named, options, value, change }) {
  const place = Math.max(0, options.findIndex((option) => option.value === value));
  return h(
    'label',
    { className: 'hx-pick', title: label },
    h('span', { className: named ? 'hx-chip-name' : 'hx-unseen' }, label),
    h(
      'select',
      { value: place, onChange: (event) => change(options[Number(event.target.value)].value) },
      ...options.map((option, index) => h('option', { key: index, value: index }, option.text))
    ),
    icon('ChevronDown')
  );
}

/** The chart as a PNG, on a ground of its own, as large as a slide wants it. */
async function picture(drawn, card, colours, words) {
  try {
    const Plotly = await plotly();
    const layout = { ...drawn.layout, paper_bgcolor: WHITE[colours], plot_bgcolor: WHITE[colours] };
    const width = 900;
    const height = Math.max(drawn.layout.height || 300, 320);
    const url = await Plotly.toImage({ data: drawn.data, layout }, { format: 'png', width, height, scale: 2 });
    const link = document.createElement('a');
    link.href = url;
    link.download = card.picture;
    link.click();
  } catch {
    host.toast.error(words.failed);
  }
}
