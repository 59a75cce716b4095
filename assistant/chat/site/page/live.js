// Says aloud, to those who listen to the page, what has just been answered.
let region = null;

function place() {
  if (!region) {
    region = document.createElement('div');
    region.className = 'hx-unseen';
    region.setAttribute('role', 'status');
    region.setAttribute('aria-live', 'polite');
    document.body.append(region);
  }
  return region;
}

/** The sentences stand in the message above the card. */
export function say(card) {
  const message = document.getElementById(`answer-${card.turn}`)?.closest('.message-content');
  const text = message?.querySelector('[role=article], .prose, p')?.textContent || '';
  // Emptied first, so that the same words are said again when they are the answer again.
  place().textContent = '';
  setTimeout(() => {
    place().textContent = text;
  }, 50);
}

export function prepareToSpeak() {
  if (document.body) place();
  else document.addEventListener('DOMContentLoaded', place);
}
