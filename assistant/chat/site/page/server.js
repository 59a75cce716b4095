// A page that has outlived its server, and a link to one answer.

/** A server that has begun a new conversation for a page that shows another knows nothing of it: the page is loaded anew. */
export function followServer() {
  window.addEventListener('message', (event) => {
    if (event.source !== window || event.data?.huaxiang !== 'started') return;
    setTimeout(() => {
      const shown = location.pathname.match(/^\/thread\/([^/]+)/)?.[1];
      if (shown && shown !== event.data.conversation) location.reload();
    }, 300);
  });
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
