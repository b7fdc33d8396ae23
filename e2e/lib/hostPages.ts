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

/** A role, and the fields of its card that are filled in, by their labels. */
export interface ChosenRole {
  name: string;
  fields?: Record<string, string>;
}

/** What a person chooses on the page of the software. */
export interface Software {
  roles?: ChosenRole[];
  /** Containers only. */
  initScript?: string;
  /** Makes it a deployment target, with these tags. */
  target?: { tags: string[] };
}

/** Chooses roles on a form's page of the software; ends on the same page. */
export async function chooseSoftware(
  page: Page,
  { roles = [], initScript, target }: Software,
) {
  if (target) {
    await page.getByText(/^Make it a deployment target/).click();
    await page.getByLabel('Target tags').fill(target.tags.join(', '));
  }
  for (const { name, fields = {} } of roles) {
    await page.getByRole('button', { name: /Add a role/ }).click();
    await page.getByRole('option', { name: new RegExp(`^${name}\\b`) }).click();
    const card = page.getByRole('listitem', { name, exact: true });
    await card.waitFor();
    const more = card.locator('details > summary').first();
    if (Object.keys(fields).length > 0 && (await more.count()) > 0)
      await more.click();
    for (const [label, value] of Object.entries(fields))
      await card.getByLabel(label, { exact: true }).fill(value);
  }
  if (initScript) await page.getByLabel('First-boot script').fill(initScript);
}

/** Goes to a form's review and submits it; ends on the task page. */
export async function submitForm(page: Page) {
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL(/\/create\/tasks\//);
}

/**
 * Fills the form of a new host and submits it; ends on the task page.
 *
 * @returns when it was submitted, milliseconds since 1970
 */
export async function requestHost(
  page: Page,
  url: string,
  host: NewHost & Software,
  picture: Picture,
): Promise<number> {
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

  await page.getByRole('button', { name: /Add a role/ }).waitFor();
  await chooseSoftware(page, host);
  await picture('form-software');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByText(host.sshKey.trim()).waitFor();
  await picture('form-review');
  const submitted = Date.now();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL(/\/create\/tasks\//);
  return submitted;
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
