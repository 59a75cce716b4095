// What is sent before the page has its line to the server. Chainlit loses it, for it opens a new line for every new
// conversation: it is held back until the server says that the conversation has begun.
const LONGEST = 3000; // milliseconds; a page that hears nothing is not locked for ever

let ready = false;
let held = null;
let patience = null;

const begun = ['started', 'resumed'];
const sends = '#chat-submit, button[id^=starter]';

function wait() {
  ready = false;
  held = null;
  clearTimeout(patience);
  patience = setTimeout(release, LONGEST);
}

function release() {
  clearTimeout(patience);
  ready = true;
  const wanted = held;
  held = null;
  if (wanted) press(wanted, Date.now() + LONGEST);
}

/** The page enables its buttons a moment after the line stands. */
function press(id, until) {
  const button = document.getElementById(id);
  if (button && !button.disabled) button.click();
  else if (Date.now() < until) setTimeout(press, 50, id, until);
}

function hold(event, button) {
  event.preventDefault();
  event.stopPropagation();
  held = button;
}

export function holdUntilBegun() {
  wait();
  window.addEventListener('message', (event) => {
    if (event.source === window && begun.includes(event.data?.huaxiang)) release();
  });
  document.addEventListener(
    'click',
    (event) => {
      const button = event.target.closest?.(sends);
      if (event.target.closest?.('#new-chat-button')) wait();
      else if (button && !ready) hold(event, button.id);
    },
    true
  );
  document.addEventListener(
    'keydown',
    (event) => {
      const sending = event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.target.id === 'chat-input';
      if (sending && !ready) hold(event, 'chat-submit');
    },
    true
  );
}
