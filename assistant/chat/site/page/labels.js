// Names for the buttons of the page that show an icon only, so that a screen reader can say what they do.
import { language } from './language.js';
import { WORDS } from './words.js';

const NAMES = {
  '#chat-input': 'question',
  '#chat-submit': 'ask',
  '#stop-button': 'stop',
  '#new-chat-button': 'new_chat',
  '#sidebar-trigger-button': 'history',
  '#search-chats-button': 'search_history',
  '#theme-toggle': 'theme',
  '#user-nav-button': 'user',
  '[id^=thread-options]': 'options'
};

function name() {
  const words = WORDS[language];
  for (const [selector, code] of Object.entries(NAMES)) {
    for (const each of document.querySelectorAll(selector)) {
      if (!each.getAttribute('aria-label')) each.setAttribute('aria-label', words[code]);
    }
  }
}

export function nameButtons() {
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      name();
    });
  };
  new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
  soon();
}
