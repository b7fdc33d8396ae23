import type { Page } from 'playwright-core';

/** What a person types into the form of a new host. */
export interface NewHost {
  template: 'new-virtual-machine' | 'new-container';
  name: string;
  app: string;
  owner: string;
  /** Title of the environment's card. */
  environment: string;
  /** Title of the size's card. */
  size: string;
  sshKey: string;
}

/** Called where a page is worth a picture. */
export type Picture = (name: string) => Promise<void>;

/** Fills the form of a new host and submits it; ends on the task page. */
export async function requestHost(
  page: Page,
  url: string,
  host: NewHost,
  picture: Picture,
) {
  await page.goto(`${url}/create/templates/default/${host.template}`);
  await page.getByLabel('Name').fill(host.name);
  await page.getByLabel('Application').click();
  await page.getByRole('option', { name: host.app }).click();
  await page.getByLabel('Owner').click();
  await page.getByRole('option', { name: host.owner }).click();
  await picture('form-what');
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByText(host.environment, { exact: true }).click();
  await page.getByText(host.size, { exact: true }).click();
  await page.getByText(/After this request/).waitFor();
  await picture('form-placement');
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByLabel('SSH keys').fill(host.sshKey);
  await picture('form-access');
  await page.getByRole('button', { name: 'Next' }).click();

  await picture('form-software');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByText(host.sshKey.trim()).waitFor();
  await picture('form-review');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL(/\/create\/tasks\//);
}

/** Opens the page of the newest run of a host. */
export async function openRun(page: Page, url: string, name: string) {
  await page.goto(`${url}/runs`);
  await page.getByText(name, { exact: true }).first().click();
  await page.waitForURL(/\/runs\/.+/);
}

/** Opens the Host tab of a host by way of the hosts page. */
export async function openHost(page: Page, url: string, name: string) {
  await page.goto(`${url}/hosts`);
  await page.getByPlaceholder(/Search by name/).fill(name);
  await page.getByText(name, { exact: true }).click();
  await page.waitForURL(/\/catalog\//);
  await page
    .getByRole('button', { name: 'Destroy' })
    .or(page.getByRole('link', { name: 'Destroy' }))
    .first()
    .waitFor();
}

/** Destroys the host whose Host tab is open; ends on the task page. */
export async function destroyHost(page: Page, name: string, picture: Picture) {
  await page
    .getByRole('button', { name: 'Destroy' })
    .or(page.getByRole('link', { name: 'Destroy' }))
    .first()
    .click();
  await page.getByLabel('Type the name of the host').fill(name);
  await picture('form-destroy');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL(/\/create\/tasks\//);
}
