// What the server tells the page beside the conversation, and a link to one answer.

const shown = () => location.pathname.match(/^\/thread\/([^/]+)/)?.[1];

/**
 * `started`: a new conversation for a page that shows another means that the page has outlived its server; it is loaded anew.
 * `asked`: a page without its list of conversations, as on a phone, does not take the address of the conversation by itself.
 */
export function followServer() {
  let latest = null;
  window.addEventListener('message', (event) => {
    if (event.source !== window) return;
    const { huaxiang: what, conversation } = event.data || {};
    if (!what) return;
    latest = conversation;
    if (what === 'started') setTimeout(() => shown() && shown() !== conversation && location.reload(), 300);
    if (what === 'asked') setTimeout(() => location.pathname === '/' && isShown(conversation, latest) && show(conversation), 300);
  });
}

/** Whether the page still shows the conversation that was asked in: a new one begins empty, and is the latest to be heard of. */
function isShown(conversation, latest) {
  return conversation === latest && document.querySelector('[data-step-type=user_message]') !== null;
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
