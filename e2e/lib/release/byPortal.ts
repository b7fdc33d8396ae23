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
        `${portal.url}/catalog/default/component/hello/artifacts`,
      );
      const row = page.getByRole('row', { name: new RegExp(version) });
      await row.getByRole('button', { name: 'Create release' }).click();
      await confirm(page, 'Create release');
      return runShown();
    },

    async deploy(version) {
      const cell = await openCell(page, portal.url, places.dev);
      await cell.getByRole('button').click();
      await page.getByRole('menuitem', { name: 'Deploy…' }).click();
      await page.getByRole('dialog').getByText(version).first().click();
      await confirm(page, 'Deploy');
      return runShown();
    },

    async promote() {
      await openDetail(page, portal.url, places.dev);
      await picture('deployment');
      await page
        .getByRole('button', { name: `Promote to ${places.staging}` })
        .click();
      await confirm(page, `Promote to ${places.staging}`);
      return runShown();
    },

    async rollBack() {
      await openDetail(page, portal.url, places.dev);
      await picture('deployment-failed');
      await page.getByRole('button', { name: 'Roll back' }).click();
      await page.getByRole('dialog').waitFor();
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

/** The cell of the project in an environment. */
async function openCell(page: Page, url: string, environment: string) {
  await page.goto(`${url}/deployments`);
  const table = page.getByRole('table').or(page.getByRole('grid')).first();
  const row = table.getByRole('row', { name: new RegExp(project) }).first();
  await row.waitFor();
  const headers = await table.getByRole('columnheader').allInnerTexts();
  const index = headers.findIndex(text => text.includes(environment));
  return row
    .getByRole('gridcell')
    .or(row.getByRole('cell'))
    .nth(index - 1);
}

async function openDetail(page: Page, url: string, environment: string) {
  const cell = await openCell(page, url, environment);
  await cell.getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await page.waitForURL(/\/deployments\/.+\/.+/);
}

async function confirm(page: Page, words: string) {
  await page.getByRole('dialog').getByRole('button', { name: words }).click();
}
