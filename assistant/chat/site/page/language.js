// The language of the interface: the browser's, until somebody switches it. Chainlit asks `navigator.language`, so that is
// where the choice is put.
const KEY = 'huaxiang-language';
export const TAGS = { zh: 'zh-CN', en: 'en-US' };

function chosen() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

const own = navigator.language || '';
export const language = TAGS[chosen()] ? chosen() : own.toLowerCase().startsWith('zh') ? 'zh' : 'en';

export function applyLanguage() {
  Object.defineProperty(navigator, 'language', { configurable: true, get: () => TAGS[language] });
  Object.defineProperty(navigator, 'languages', { configurable: true, get: () => [TAGS[language]] });
  document.documentElement.lang = TAGS[language];
}

export function switchLanguage() {
  localStorage.setItem(KEY, language === 'zh' ? 'en' : 'zh');
  location.reload();
}
