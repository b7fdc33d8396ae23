import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchBrowser, signIn } from './browser';
import { KillablePortal } from './killablePortal';
import { requireLab } from './lab';
import { pictureOfFailure } from './pictures';
import { PortalApi } from './portalApi';
import { part, say, SkipScenario } from './report';
import { SandboxView, temporaryFolder } from './sandbox';
import { createKeyPair } from './ssh';

/** A portal with booted guests, and Ada in front of it. */
export interface LabPortal {
  portal: KillablePortal;
  api: PortalApi;
  sandbox: SandboxView;
  browser: Browser;
  page: Page;
  /** Key pair of the person. */
  key: { file: string; publicKey: string };
}

/**
 * Starts sandbox, portal and browser, signs in, and does the work; a failure leaves a picture of what Ada sees.
 *
 * @throws SkipScenario where guests cannot be booted or there is no Chromium
 */
export async function inLabPortal<T>(
  undo: (() => unknown)[],
  work: (lab: LabPortal) => Promise<T>,
): Promise<T> {
  if (!findChromium())
    throw new SkipScenario(
      'there is no Chromium on this machine (apt-get install chromium)',
    );
  const folder = temporaryFolder(undo);
  await requireLab(folder);
  const portal = await part('Sandbox with booted guests, and portal', () =>
    KillablePortal.start(path.join(folder, 'sandbox'), undo, {
      guests: 'nspawn',
    }),
  );
  const browser = await launchBrowser();
  undo.push(() => browser.close());
  const page = await signIn(browser, portal.url, 'Ada');
  try {
    return await work({
      portal,
      api: new PortalApi(portal.url, 'ada'),
      sandbox: new SandboxView(portal.endpoints),
      browser,
      page,
      key: createKeyPair(folder),
    });
  } catch (error) {
    const kept = fs.mkdtempSync(path.join(os.tmpdir(), 'nante-failure-'));
    const pages = browser.contexts().flatMap(context => context.pages());
    for (const file of await pictureOfFailure(pages, kept))
      say(`picture of the failure: ${file}`);
    for (const name of ['portal.log', 'sandbox.log'])
      fs.copyFileSync(path.join(portal.data, name), path.join(kept, name));
    throw error;
  }
}
