// Dark or light: the page says so by a class; without a choice it follows the system, at any time.
const KEY = 'vite-ui-theme';

export function followSystem() {
  try {
    if (!localStorage.getItem(KEY)) localStorage.setItem(KEY, 'system');
  } catch {
    // Without storage the page's own default stands.
    return;
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
    if (localStorage.getItem(KEY) !== 'system') return;
    document.documentElement.classList.remove('dark', 'light');
    document.documentElement.classList.add(matches ? 'dark' : 'light');
  });
}

export const ground = () => (document.documentElement.classList.contains('dark') ? 'dark' : 'light');

/** Calls when the ground changes; gives what ends it. */
export function onGround(call) {
  const watch = new MutationObserver(() => call(ground()));
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ['class'] });
  return () => watch.disconnect();
}
