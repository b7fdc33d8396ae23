import fs from 'node:fs';
import { type Browser, type Page, chromium } from 'playwright-core';

/** Where Debian, Ubuntu and macOS put a Chromium. */
const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of a Chromium on this machine, undefined when there is none. */
export function findChromium(): string | undefined {
  return places.find(place => place !== undefined && fs.existsSync(place));
}

/** Starts Chromium without a window, and without its calls to the outside. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The seeded people. */
export type Person = 'Ada' | 'Bo' | 'Olga' | 'Vic';

/** Opens the portal and signs in as one of the seeded people. */
export async function signIn(
  browser: Browser,
  url: string,
  person: Person,
  picture: (page: Page) => Promise<void> = async () => {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(url);
  await page.getByText(new RegExp(`^${person}, `)).waitFor();
  await picture(page);
  await page.getByText(new RegExp(`^${person}, `)).click();
  await page.getByRole('link', { name: 'Hosts' }).first().waitFor();
  return page;
}

/** Shows the portal in its light or its dark theme: it follows the system's until a person chooses one. */
export async function setTheme(page: Page, theme: 'light' | 'dark') {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
}
