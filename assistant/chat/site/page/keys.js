// Keys of the question field: Up recalls what was asked before, Esc stops what is running.
let recalled = -1;

const field = () => document.getElementById('chat-input');
const asked = () => [...document.querySelectorAll('[data-step-type=user_message] .message-content')].map((each) => each.innerText.trim());

/** React hears of a change only through the field's own setter and an input event. */
function write(text) {
  const input = field();
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(input, text);
  input.dispatchEvent(new Event('input', { bubbles: true }));
  input.setSelectionRange(text.length, text.length);
}

function recall(event) {
  const questions = [...new Set(asked().reverse())];
  const input = field();
  const untouched = !input.value || (recalled >= 0 && input.value === questions[recalled]);
  if (!untouched || !questions.length) return;
  const next = event.key === 'ArrowUp' ? Math.min(recalled + 1, questions.length - 1) : recalled - 1;
  if (event.key === 'ArrowDown' && recalled < 0) return;
  event.preventDefault();
  recalled = next;
  write(next < 0 ? '' : questions[next]);
}

export function listenToKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const inField = event.target === field();
    if (inField && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) recall(event);
    else if (inField && event.key === 'Enter') recalled = -1;
    else if (event.key === 'Escape' && !document.querySelector('[role=dialog], [role=menu]')) document.getElementById('stop-button')?.click();
  });
}
