export { BROWSER, NO_BROWSER } from './chromium.js';
export { launchBrowser, type OpenPage, openPage, type PageLook } from './open-page.js';
