import path from 'node:path';
import type { Page } from 'playwright-core';
import { setTheme } from './browser';
import { root } from './portal';

const images = path.join(root, 'docs/images');

/** Longer than a page takes to show another theme, in milliseconds. */
const settledMs = 700;

/** Keeps a picture of the page below docs/images, in both themes; `--no-images` leaves the kept ones as they are. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (process.argv.includes('--no-images')) return;
  for (const theme of ['dark', 'light'] as const) {
    await setTheme(page, theme);
    await page.waitForTimeout(settledMs);
    await page.screenshot({ path: path.join(images, `${name}-${theme}.png`) });
  }
}

/** Keeps what the browser shows when a scenario fails, and says where. */
export async function pictureOfFailure(
  pages: readonly Page[],
  folder: string,
): Promise<string[]> {
  const files: string[] = [];
  for (const [index, page] of pages.entries()) {
    const file = path.join(folder, `failure-${index + 1}.png`);
    await page.screenshot({ path: file, fullPage: true }).then(
      () => files.push(file),
      () => {},
    );
  }
  return files;
}
