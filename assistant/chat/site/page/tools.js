// Beside the page's own buttons above: the conversation as a file, and the language of the interface.
import { language, switchLanguage } from './language.js';
import { onChange } from './watch.js';
import { WORDS } from './words.js';

const FORMS = { html: 'html', xlsx: 'excel', md: 'markdown' };

let files = true; // what a role that may not export does not get
const conversation = () => location.pathname.match(/^\/thread\/([^/]+)/)?.[1];

function made(kind, properties = {}, ...children) {
  const each = Object.assign(document.createElement(kind), properties);
  each.append(...children);
  return each;
}

export function addTools() {
  const words = WORDS[language];
  const menu = made('div', { className: 'hx-export-menu' });
  const summary = made('summary', { title: words.export }, words.export);
  const exporting = made('details', { id: 'hx-export', className: 'hx-export' }, summary, menu);
  const switching = made('button', { id: 'hx-language', type: 'button', className: 'hx-language', title: words.language_hint, onclick: switchLanguage }, words.language);
  switching.lang = language === 'zh' ? 'en' : 'zh-CN';
  switching.setAttribute('aria-label', words.language_hint);
  const title = made('h1', { className: 'hx-unseen', lang: 'zh-CN' }, 'Huaxiang 画像');
  const tools = made('header', { id: 'hx-header', className: 'hx-header' }, title, exporting, switching);

  exporting.addEventListener('toggle', () => {
    menu.replaceChildren(
      ...Object.entries(FORMS).map(([form, word]) =>
        made('a', { href: `/conversations/${conversation()}/export.${form}?language=${language}`, download: '', onclick: () => { exporting.open = false; } }, form === 'xlsx' ? 'Excel' : words[word])
      )
    );
  });
  document.addEventListener('click', (event) => {
    if (!exporting.contains(event.target)) exporting.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && exporting.open) {
      exporting.open = false;
      summary.focus();
    }
  });
  onChange(() => {
    exporting.hidden = !files || !conversation() || !document.querySelector('[data-step-type=user_message]');
  });
  document.body.prepend(tools);
}

/** What is served, under the first questions: the page's own part stays untouched, as a style shows it. */
export async function sayWhatIsServed() {
  try {
    const said = await (await fetch('/about')).json();
    files = said.files;
    document.documentElement.style.setProperty('--hx-about', JSON.stringify(said[language]));
  } catch {
    // The page says it all without it.
  }
}
