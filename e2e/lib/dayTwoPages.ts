import type { RunDocument } from '@nante/model';
import { openHost, submitForm } from './hostPages';
import type { LabPortal } from './labPortal';
import { newRunOf, runsOf } from './watchRun';

/** What a person does on a page, and the run that it starts. */
export async function started(
  { api }: LabPortal,
  host: string,
  act: () => Promise<void>,
): Promise<RunDocument> {
  const known = await runsOf(api, host);
  await act();
  return newRunOf(api, host, known);
}

/** Switches a host by the buttons and the dialog of its tab. */
export function switchHost(
  lab: LabPortal,
  name: string,
  action: 'Start' | 'Shut down' | 'Restart',
): Promise<RunDocument> {
  const { page, portal } = lab;
  return started(lab, name, async () => {
    await openHost(page, portal.url, name);
    await page.getByRole('button', { name: action, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`${action}: ${name}?`).waitFor();
    await dialog.getByRole('button', { name: action, exact: true }).click();
    await page.waitForURL(/\/(runs|create\/tasks)\//);
  });
}

/** Gives a host another size by the form of its tab. @returns the run, and what the form said beforehand */
export async function resizeHost(
  lab: LabPortal,
  name: string,
  size: string,
  impact: string,
): Promise<RunDocument> {
  const { page, portal } = lab;
  return started(lab, name, async () => {
    await openHost(page, portal.url, name);
    await page.getByRole('link', { name: 'Resize' }).click();
    await page.waitForURL(/resize-host/);
    await page.getByText(size, { exact: true }).click();
    await page.getByText(impact, { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText('Restart the host for it, if it has to be').click();
    await submitForm(page);
  });
}

/** Takes a snapshot by the form of the host's tab. */
export function takeSnapshot(
  lab: LabPortal,
  name: string,
  snapshot: string,
): Promise<RunDocument> {
  const { page, portal } = lab;
  return started(lab, name, async () => {
    await openHost(page, portal.url, name);
    await page.getByRole('link', { name: 'Snapshot', exact: true }).click();
    await page.waitForURL(/snapshot-host/);
    await page.getByText('Take a snapshot', { exact: true }).click();
    await page.getByRole('textbox', { name: /^Name/ }).fill(snapshot);
    await submitForm(page);
  });
}

/** Returns to a snapshot by its link on the host's tab. */
export function returnTo(
  lab: LabPortal,
  name: string,
  snapshot: string,
): Promise<RunDocument> {
  const { page, portal } = lab;
  return started(lab, name, async () => {
    await openHost(page, portal.url, name);
    await page.getByRole('link', { name: `Return to ${snapshot}` }).click();
    await page.waitForURL(/snapshot-host/);
    await page.getByLabel(`Type “${snapshot}” to confirm`).fill(snapshot);
    await submitForm(page);
  });
}

/** Opens the page of a run and goes one of its ways out. @returns the run that repairs, or the same taken up again */
export async function repair(
  lab: LabPortal,
  run: RunDocument,
  remedy: 'Finish' | 'Undo',
): Promise<void> {
  const { page, portal } = lab;
  await page.goto(`${portal.url}/runs/${run.id}`);
  await page
    .getByRole('listitem', { name: remedy, exact: true })
    .getByRole('link', { name: remedy })
    .click();
  await page.waitForURL(/repair-run/);
  await submitForm(page);
}
