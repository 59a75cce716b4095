// The clipboard, with a word that it worked.
import { host } from './host.js';

export async function copy(text, words) {
  try {
    await navigator.clipboard.writeText(text);
    host.toast.success(words.copied);
  } catch {
    host.toast.error(words.failed);
  }
}
