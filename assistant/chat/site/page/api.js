// What the server is asked beside the conversation. A refusal comes as an error whose message is its code.
async function asked(path, options) {
  const response = await fetch(path, { credentials: 'same-origin', ...options });
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    throw new Error(typeof said.detail === 'string' ? said.detail : String(response.status));
  }
  return response.json();
}

function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
}

export function answerPath(card, what, values = {}) {
  return `/answers/${encodeURIComponent(card.conversation)}/${card.turn}/${what}${query(values)}`;
}

export const get = (card, what, values, signal) => asked(answerPath(card, what, values), { signal });

export const post = (card, what, body) =>
  asked(answerPath(card, what), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
