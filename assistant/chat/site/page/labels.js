// Names and roles that Chainlit's page lacks, so that a screen reader can say what is what in the language of the interface.
import { language } from './language.js';
import { onChange } from './watch.js';
import { WORDS } from './words.js';

const NAMES = {
  '#chat-input': 'question',
  '#chat-submit': 'ask',
  '#stop-button': 'stop',
  '#new-chat-button': 'new_chat',
  '#sidebar-trigger-button': 'history',
  '[data-sidebar=rail]': 'history',
  '[data-sidebar=sidebar]': 'history',
  '#search-chats-button': 'search_history',
  '[role=dialog] [cmdk-input]:not([aria-label])': 'search_history',
  '#theme-toggle': 'theme',
  '#user-nav-button': 'user',
  '.message-content .rounded-lg button:not(.hx-card *)': 'copy',
  '.absolute.bottom-4 > button': 'latest',
  '[role=dialog] > button.absolute': 'close',
  'section:has(> [data-sonner-toaster])': 'notices'
};
const ROLES = {
  '[data-sidebar=sidebar]:not([role])': 'navigation',
  'ul:has(> #thread-history)': 'none', // a list whose only child is no entry
  '[data-step-type=tool] h3': 'none', // a fold, and no part of the page's outline
  '[data-sonner-toaster]': 'group', // its entries are notices, and no list
  '[cmdk-list]:has([cmdk-item])': 'listbox',
  '[cmdk-list]:not(:has([cmdk-item]))': 'status' // it says that there is nothing
};

function set(selector, name, value) {
  for (const each of document.querySelectorAll(selector)) if (each.getAttribute(name) !== value) each.setAttribute(name, value);
}

function mend() {
  const words = WORDS[language];
  for (const [selector, role] of Object.entries(ROLES)) set(selector, 'role', role);
  for (const [selector, code] of Object.entries(NAMES)) set(selector, 'aria-label', words[code]);
  set('[data-sidebar=rail]', 'title', words.history);
  set('.message-content code.hljs', 'tabindex', '0');
  set('.ai-message > span img', 'alt', '');
  set('#welcome-screen img', 'alt', 'Huaxiang 画像');
}

/** What a dialog or menu of the page hides from screen readers, it hides from the keyboard too. */
function hideWhole() {
  const hide = (each) => {
    each.inert = each.hasAttribute('data-aria-hidden');
  };
  new MutationObserver((changes) => changes.forEach((change) => hide(change.target))).observe(document.body, {
    subtree: true,
    attributeFilter: ['data-aria-hidden']
  });
}

export function nameParts() {
  onChange(mend);
  hideWhole();
}
