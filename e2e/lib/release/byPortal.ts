import type { Page } from 'playwright-core';
import type { RunDocument } from '@nante/model';
import type { CommandLine } from '../commandLine';
import { destroyHost, openHost, requestHost } from '../hostPages';
import type { LabPortal } from '../labPortal';
import { keepPicture } from '../pictures';
import { endOf, newRunOf, runsOf } from '../watchRun';
import { byCommandLine } from './byCommandLine';
import { hostOf, places, type ReleaseDoor } from './door';

const project = 'Hello';
const component = 'hello';

/** A release in Chromium. What is built is published by a terminal, as a pipeline does: the portal takes no uploads. */
export function byPortal(lab: LabPortal, nante: CommandLine): ReleaseDoor {
  const { api, page, portal, key } = lab;
  const { publish } = byCommandLine(nante);

  /** Waits for the run that the browser was led to, and shows its end. */
  const runShown = async (): Promise<RunDocument> => {
    await page.waitForURL(/\/runs\/[^/]+$/);
    const id = page.url().split('/').at(-1)!;
    return endOf(api, id);
  };
  const picture = (name: string) => keepPicture(page, name);

  return {
    publish,
    async makeHost(place) {
      const name = hostOf(place);
      const known = await runsOf(api, name);
      await requestHost(
        page,
        portal.url,
        {
          ...{ template: 'new-container', name, app: 'Hello', owner: 'Shop' },
          ...{ environment: places[place], size: 'Small' },
          sshKey: key.publicKey,
          target: { tags: ['hello'] },
        },
        async form => {
          if (place === 'dev' && form === 'form-software')
            await picture('form-target');
        },
      );
      const { id } = await newRunOf(api, name, known);
      return endOf(api, id);
    },

    async release(version) {
      await page.goto(
        `${portal.url}/catalog/default/component/${component}/artifacts`,
      );
      const row = page.getByRole('row').filter({ hasText: version });
      const make = row.getByRole('button', { name: 'Make a release' });
      await make.waitFor();
      await picture('artifacts');
      await make.click();
      await confirm(page, 'Make the release');
      return runShown();
    },

    async deploy(version) {
      await openMenu(page, portal.url, places.dev);
      await page.getByRole('menuitem', { name: 'Deploy a release' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(version, { exact: true }).first().waitFor();
      await confirm(page, 'Deploy');
      return runShown();
    },

    async promote() {
      await openDetail(page, portal.url, places.dev);
      const promote = page.getByRole('button', {
        name: `Promote to ${places.staging}`,
      });
      await promote.waitFor();
      await picture('deployment');
      await promote.click();
      await confirm(page, 'Promote');
      return runShown();
    },

    async rollBack() {
      await openDetail(page, portal.url, places.dev);
      const back = page.getByRole('button', { name: 'Roll back' });
      await back.waitFor();
      await picture('deployment-failed');
      await back.click();
      await page.getByRole('dialog').getByText('What changes').waitFor();
      await picture('deployment-rollback');
      await confirm(page, 'Roll back');
      return runShown();
    },

    async destroyHost(place) {
      const name = hostOf(place);
      const known = await runsOf(api, name);
      await openHost(page, portal.url, name);
      await page.getByText('Healthy').first().waitFor();
      if (place === 'dev') await picture('host-target');
      await destroyHost(page, name, async () => {});
      const { id } = await newRunOf(api, name, known);
      return endOf(api, id);
    },
  };
}

/** Opens the menu of the project's cell in an environment. */
async function openMenu(page: Page, url: string, environment: string) {
  await page.goto(`${url}/deployments`);
  await page
    .getByRole('button', { name: `Actions: ${project} in ${environment}` })
    .click();
}

async function openDetail(page: Page, url: string, environment: string) {
  await openMenu(page, url, environment);
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await page.waitForURL(/\/deployments\/.+\/.+/);
}

async function confirm(page: Page, words: string) {
  await page
    .getByRole('dialog')
    .getByRole('button', { name: words, exact: true })
    .click();
}
