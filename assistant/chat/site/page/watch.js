// Chainlit draws its page anew at any time: what is put right in it is put right again after every change, once a frame.
const calls = [];
let waiting = false;

function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const call of calls) call();
  });
}

/** Calls now, and after every change of the page. */
export function onChange(call) {
  if (!calls.length) new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
  calls.push(call);
  call();
}
