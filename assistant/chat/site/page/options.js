// The menu of a conversation in the list, for the keyboard: Chainlit's own opener is within a link, and only a pointer reaches it.
import { language } from './language.js';
import { onChange } from './watch.js';
import { WORDS } from './words.js';

const OPEN = '[role=dialog], [role=alertdialog], [role=menu]';
let from = null; // the button that the keyboard came from

/** Puts the focus back where it came from, once what was opened there is closed and nothing else has taken it. */
function comeBack() {
  if (!from || document.querySelector(OPEN)) return;
  const back = from;
  from = null;
  setTimeout(() => document.activeElement === document.body && back.isConnected && back.focus(), 50);
}

function opener(item, own) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'hx-options';
  button.setAttribute('aria-haspopup', 'menu');
  button.addEventListener('click', () => {
    own.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    setTimeout(() => { from = button; }, 100);
  });
  item.append(button);
  return button;
}

function offer() {
  const words = WORDS[language];
  for (const own of document.querySelectorAll('#thread-options')) {
    const item = own.closest('[data-sidebar=menu-item]');
    const name = `${words.options}: ${own.closest('button').innerText.trim()}`;
    const button = item.querySelector(':scope > .hx-options') || opener(item, own);
    if (button.getAttribute('aria-label') !== name) button.setAttribute('aria-label', name);
    own.setAttribute('aria-hidden', 'true');
    own.closest('button').tabIndex = -1; // the link around it is the same
  }
  comeBack();
}

/** The focus in such a menu opens the tip of the conversation, which then takes Escape for itself; the menu has it as well. */
function leaveAtOnce(event) {
  if (event.key !== 'Escape' || !event.isTrusted || !document.querySelector('[role=menu]') || !document.querySelector('[role=tooltip]')) return;
  const again = (times) => {
    if (!times || !document.querySelector('[role=menu][data-state=open]')) return;
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    setTimeout(again, 50, times - 1);
  };
  setTimeout(again, 0, 6); // the tip fades away first
}

export function offerOptions() {
  onChange(offer);
  window.addEventListener('keydown', leaveAtOnce, true);
}
