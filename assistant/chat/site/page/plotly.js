// Plotly's library, loaded once, and early, so that the first chart does not wait for it.
let loading = null;

export function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ||= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '/public/plotly.min.js';
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = null;
      reject(new Error('plotly'));
    };
    document.head.append(script);
  });
  return loading;
}

export function loadWhenIdle() {
  const load = () => plotly().catch(() => {});
  if (window.requestIdleCallback) window.requestIdleCallback(load, { timeout: 4000 });
  else setTimeout(load, 2000);
}
