// What the server tells the page beside the conversation, and a link to one answer.
import { language } from './language.js';
import { onChange } from './watch.js';
import { WORDS } from './words.js';

const shown = () => location.pathname.match(/^\/thread\/([^/]+)/)?.[1];

/**
 * `started`: a new conversation for a page that still shows another means that the page has outlived its server; it is loaded
 * anew. One that is being left is not shown any more.
 * `deleted`: a page that shows the conversation, or has opened it again while it was being deleted, leaves it.
 * `gone`: the conversation is not there. Chainlit says so where it looks for one; elsewhere it would say so of the next.
 * `asked`: a page without its list of conversations, as on a phone, does not take the address of the conversation by itself.
 */
export function followServer() {
  leaveDeleted();
  let latest = null;
  window.addEventListener('message', (event) => {
    if (event.source !== window) return;
    const { huaxiang: what, conversation } = event.data || {};
    if (!what) return;
    latest = conversation;
    if (what === 'started') setTimeout(() => shown() && shown() !== conversation && showsQuestions() && location.reload(), 300);
    if (what === 'deleted') setTimeout(() => (shown() || conversation) === conversation && showsQuestions() && location.replace('/'), 300);
    if (what === 'gone') setTimeout(() => location.pathname === '/' && !saysGone() && location.reload(), 300);
    if (what === 'asked') setTimeout(() => location.pathname === '/' && conversation === latest && showsQuestions() && show(conversation), 300);
  });
  onChange(sayGone);
}

/**
 * Chainlit's page opens a conversation once more while it deletes it, and may say of the next one that it is gone: where the
 * shown one was deleted, the page is loaded anew before anybody can go on in it.
 */
function leaveDeleted() {
  const ask = window.fetch;
  window.fetch = async (address, options = {}) => {
    const answer = await ask(address, options);
    if (options.method !== 'DELETE' || !answer.ok || !String(address).endsWith('/project/thread')) return answer;
    if (JSON.parse(options.body).threadId !== shown()) return answer;
    location.replace('/');
    return new Promise(() => {}); // nothing more is to happen here
  };
}

/** A conversation that begins, and one that is left, shows none. */
const showsQuestions = () => document.querySelector('[data-step-type=user_message]') !== null;

const notices = () => [...document.querySelectorAll('[data-sonner-toast] [data-title]')];
const saysGone = () => notices().some((notice) => notice.textContent === WORDS[language].gone);

/** Chainlit says in English only that a conversation is not there. */
function sayGone() {
  for (const notice of notices()) {
    if (notice.textContent.startsWith("Couldn't resume chat")) notice.textContent = WORDS[language].gone;
  }
}

/** Goes to a conversation the way the back button does, which the page's router follows. */
function show(conversation) {
  history.pushState({}, '', `/thread/${conversation}`);
  window.dispatchEvent(new PopStateEvent('popstate', { state: history.state }));
}

/** Scrolls to the answer that the address names, once it is there. */
export function followLink() {
  const name = location.hash.slice(1);
  if (!/^answer-\d+$/.test(name)) return;
  const until = Date.now() + 10_000;
  const look = () => {
    const found = document.getElementById(name);
    if (found) {
      (found.closest('.step') || found).scrollIntoView({ block: 'start' });
      found.classList.add('hx-linked');
    } else if (Date.now() < until) setTimeout(look, 100);
  };
  look();
}
