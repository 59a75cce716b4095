// Dark or light: the page says so by a class; without a choice it follows the system.
const KEY = 'vite-ui-theme';

export function followSystem() {
  try {
    if (!localStorage.getItem(KEY)) localStorage.setItem(KEY, 'system');
  } catch {
    // Without storage the page's own default stands.
  }
}

export const ground = () => (document.documentElement.classList.contains('dark') ? 'dark' : 'light');

/** Calls when the ground changes; gives what ends it. */
export function onGround(call) {
  const watch = new MutationObserver(() => call(ground()));
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ['class'] });
  return () => watch.disconnect();
}
