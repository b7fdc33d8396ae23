import type { Page } from 'playwright-core';
import { keepPicture } from '../pictures';
import { submitForm } from '../hostPages';
import type { PortalApi } from '../portalApi';
import { followTask, type EndedTask } from '../requests';

/** What a person types into the form of a new app. */
export interface NewApp {
  template: 'go-service' | 'container-app';
  name: string;
  description: string;
  port: number;
  sshKey: string;
}

/** Fills the form of an app for Development and submits it; ends on the task page. */
export async function requestApp(
  page: Page,
  url: string,
  app: NewApp,
): Promise<string> {
  await page.goto(`${url}/create/templates/default/${app.template}`);
  await page.getByLabel('Name').first().fill(app.name);
  await page.getByText(/is free/).waitFor();
  await page.getByLabel('Owner').click();
  await page.getByRole('option', { name: 'Shop' }).click();
  await page.getByLabel('Description').fill(app.description);
  await keepPicture(page, `${app.template}-what`);
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByText('Development', { exact: true }).click();
  await page.getByText('Small', { exact: true }).click();
  await page.getByText(/After this request/).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByLabel('Port').fill(String(app.port));
  await page.getByLabel('SSH keys').fill(app.sshKey);
  await keepPicture(page, `${app.template}-runs`);
  await submitForm(page);
  return page.url().split('/').at(-1)!.split('?')[0];
}

/** Waits for the end of the task of an app. */
export function appTask(api: PortalApi, id: string): Promise<EndedTask> {
  return followTask(api, id, undefined, 600_000);
}
