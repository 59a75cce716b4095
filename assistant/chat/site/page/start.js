// What our part of the page does before Chainlit's begins, and what it offers to the cards.
import { Card } from './card.js';
import { refuseFiles } from './files.js';
import { holdUntilBegun } from './holding.js';
import { h, take } from './host.js';
import { listenToKeys } from './keys.js';
import { nameParts } from './labels.js';
import { applyLanguage } from './language.js';
import { prepareToSpeak } from './live.js';
import { offerOptions } from './options.js';
import { loadWhenIdle } from './plotly.js';
import { keepRoom } from './room.js';
import { followServer, followLink } from './server.js';
import { followSystem } from './theme.js';
import { addTools, sayWhatIsServed } from './tools.js';

applyLanguage();
followSystem();

window.huaxiang = {
  card(given, card, act) {
    take(given);
    return h(Card, { card, act, key: `${card.conversation} ${card.turn}` });
  }
};

function begin() {
  holdUntilBegun();
  listenToKeys();
  refuseFiles();
  addTools();
  nameParts();
  offerOptions();
  keepRoom();
  prepareToSpeak();
  sayWhatIsServed();
  followServer();
  followLink();
  loadWhenIdle();
}

if (document.body) begin();
else document.addEventListener('DOMContentLoaded', begin);
