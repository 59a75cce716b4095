// The room below the last answer. Chainlit leaves so much that the question can stand on top, and does not see a card grow.
import { onChange } from './watch.js';

const ABOVE = 32;
const seen = new ResizeObserver(fit);

/** The column of messages, whose last part is the room. */
const column = () => document.querySelector('[data-step-type]')?.closest('.overflow-y-auto');

function fit() {
  const scrolls = column();
  const question = [...(scrolls?.querySelectorAll('[data-step-type=user_message]') || [])].pop();
  const room = scrolls?.lastElementChild;
  if (!question || !room?.classList.contains('flex-shrink-0')) return;
  const used = room.getBoundingClientRect().top - question.getBoundingClientRect().top;
  const wanted = `${Math.max(0, Math.round(scrolls.clientHeight - used - ABOVE))}px`;
  if (room.style.height === wanted) return;
  room.style.height = wanted;
  scrolls.dispatchEvent(new Event('scroll')); // whether there is more below has changed
}

export function keepRoom() {
  onChange(() => {
    for (const each of document.querySelectorAll('[data-step-type]')) seen.observe(each);
  });
}
