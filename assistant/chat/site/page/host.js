// React and the controls of the page, handed over by the first card that is drawn.
export const host = { React: null, icons: {}, controls: {}, toast: null };

export function take(given) {
  if (!host.React) Object.assign(host, given);
}

/** An element: a tag or a component, its properties, its children. */
export function h(kind, properties, ...children) {
  return host.React.createElement(kind, properties, ...children);
}

/** An icon by its name; it says nothing to those who cannot see it. */
export function icon(name, properties = {}) {
  return h(host.icons[name], { 'aria-hidden': true, className: 'hx-icon', ...properties });
}

/** A button with an icon; its words are its tooltip and its name. */
export function iconButton(name, words, onClick, properties = {}) {
  return h('button', { type: 'button', className: 'hx-icon-button', title: words, 'aria-label': words, onClick, ...properties }, icon(name));
}

/** For a dialog: what had the focus before it has it again afterwards. Chainlit's dialogs know an opener of their own only. */
export function useReturn() {
  const { useEffect, useState } = host.React;
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => setTimeout(() => opener?.isConnected && opener.focus(), 50), []);
}
