// Our pages against axe's rules for WCAG 2 A and AA, in the light and in the dark theme.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { findChromium, launchBrowser, setTheme, signIn } from '../lib/browser';
import { keepPicture } from '../lib/pictures';
import { startPortal } from '../lib/portal';
import { PortalApi } from '../lib/portalApi';
import { SkipScenario, part, runScenario, say } from '../lib/report';

const themes = ['light', 'dark'] as const;
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
/** Parts of the library that we can't correct, all of them inside our pages. */
const notOurs = [
  // LogViewer of core-components: its roles, its unnamed filter button, its line numbers.
  '[data-nante="log-viewer"]',
];

interface Look {
  name: string;
  path: string;
  /** Selector of what is ours on the page; the whole page when left out. */
  ours?: string;
  /** Who looks, where that is not the member. */
  as?: Page;
  /** Waits until the page shows what it is about. */
  ready(page: Page): Promise<unknown>;
}

/** Runs axe in the page and answers the rules that are violated, each with where. */
async function violations(page: Page, look: Look): Promise<string[]> {
  await page.evaluate(
    fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'),
  );
  const results = await page.evaluate(
    async options => {
      const { axe } = window as unknown as {
        axe: { run(where: object, how: object): Promise<AxeResults> };
      };
      return axe.run(
        {
          exclude: options.exclude,
          ...(options.include ? { include: [options.include] } : {}),
        },
        { runOnly: { type: 'tag', values: options.tags } },
      );
    },
    { include: look.ours, exclude: notOurs, tags },
  );
  return results.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}`),
  );
}

void runScenario('accessibility', async undo => {
  if (!findChromium()) {
    throw new SkipScenario('no Chromium found; CHROMIUM may name one');
  }
  const portal = await part('Portal', () => startPortal({ guests: 'record' }));
  undo.push(() => fs.rmSync(portal.data, { recursive: true, force: true }));
  undo.push(() => portal.stop());

  const ada = new PortalApi(portal.url, 'ada');
  await part('A host with its run', async () => {
    const task = await ada.submit('new-container', {
      name: 'readable-1',
      app: 'component:default/shop',
      owner: 'group:default/shop',
      placement: { environment: 'dev', size: 'small' },
      sshKeys: [
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3OiqQb2b2Pb1iSUG0M6f1o0p2zJ8f7sA1 verify@example.test',
      ],
      requestId: randomUUID(),
    });
    assert.equal(await ada.waitForTask(task, 120_000), 'completed');
  });

  const browser = await launchBrowser();
  undo.push(() => browser.close());
  const page = await signIn(browser, portal.url, 'Ada');
  const operator = await signIn(browser, portal.url, 'Olga');
  const address = async (list: string) => {
    await page.goto(`${portal.url}${list}`);
    const link = page.getByRole('link', { name: 'readable-1' }).first();
    return new URL((await link.getAttribute('href')) ?? '', portal.url)
      .pathname;
  };
  const run = await address('/runs');
  const host = await address('/hosts');
  await page.goto(`${portal.url}/deployments?show=successful`);
  const cell = page
    .getByRole('row', { name: /^Shop/ })
    .getByRole('gridcell')
    .first();
  const deployment =
    (await cell.getByRole('link').first().getAttribute('href')) ?? '';

  const looks: Look[] = [
    {
      name: 'home',
      path: '/',
      // Its grid and the button that edits it belong to the home plugin.
      ours: '[data-nante="home"]',
      ready: async () => {
        await page.getByRole('region', { name: 'Capacity' }).waitFor();
        await page.getByRole('progressbar').first().waitFor();
      },
    },
    {
      name: 'shell',
      path: '/',
      ours: 'nav, [aria-label="Sandbox"]',
      ready: () => page.getByRole('link', { name: 'Hosts' }).first().waitFor(),
    },
    {
      name: 'create',
      path: '/create',
      // Header and tabs belong to the scaffolder.
      ours: '[data-nante="create"]',
      ready: () =>
        page.getByRole('article', { name: 'New container' }).waitFor(),
    },
    {
      name: 'pipeline',
      path: '/catalog/default/component/hello/pipeline',
      // Header and tabs of the entity belong to the catalog.
      ours: '[data-nante="pipeline"]',
      ready: () => page.getByRole('table', { name: 'Workflow runs' }).waitFor(),
    },
    {
      name: 'pipeline, run',
      path: '/catalog/default/component/hello/pipeline',
      ours: '[data-nante="pipeline-run"]',
      ready: async () => {
        await page
          .getByRole('table', { name: 'Workflow runs' })
          .getByRole('button')
          .first()
          .click();
        await page
          .getByRole('dialog')
          .getByRole('table', { name: /^Steps of/ })
          .first()
          .waitFor();
      },
    },
    {
      name: 'workflows',
      path: '/workflows',
      as: operator,
      ready: () =>
        operator
          .getByRole('table', { name: 'Callers of our workflows' })
          .waitFor(),
    },
    {
      name: 'hosts',
      path: '/hosts',
      ready: () =>
        page.getByRole('link', { name: 'artifacts-1', exact: true }).waitFor(),
    },
    {
      name: 'runs',
      path: '/runs',
      ready: () => page.getByRole('link', { name: 'readable-1' }).waitFor(),
    },
    {
      name: 'checks',
      path: '/checks',
      as: operator,
      ready: () =>
        operator.getByRole('table', { name: 'Checks of Proxmox' }).waitFor(),
    },
    {
      name: 'run',
      path: run,
      ready: () => page.getByText('Your host').waitFor(),
    },
    {
      name: 'run, log',
      path: run,
      ready: async () => {
        await page.getByRole('tab', { name: 'Log' }).click();
        await page.getByText('Follow the end').waitFor();
      },
    },
    {
      name: 'host',
      path: host,
      // Header and tabs of the entity belong to the catalog.
      ours: '[data-nante="host"]',
      ready: () => page.getByText('Log in', { exact: true }).waitFor(),
    },
    {
      name: 'deployments',
      path: '/deployments?whose=everyone',
      ready: () =>
        page.getByRole('grid', { name: /^Deployments of/ }).waitFor(),
    },
    {
      name: 'deployment',
      path: deployment,
      ready: () => page.getByRole('region', { name: 'Log' }).waitFor(),
    },
    {
      name: 'deployment, rollback',
      path: deployment,
      ready: async () => {
        await page.getByRole('button', { name: 'Roll back' }).click();
        await page.getByRole('dialog').getByText('What changes').waitFor();
      },
    },
    {
      name: 'artifacts',
      path: '/catalog/default/component/shop/artifacts',
      // Header and tabs of the entity belong to the catalog.
      ours: '[data-nante="artifacts"]',
      ready: () => page.getByRole('table', { name: 'Versions' }).waitFor(),
    },
    {
      name: 'activity',
      path: '/activity',
      ready: () => page.getByRole('listitem').first().waitFor(),
    },
    {
      name: 'form, name',
      path: '/create/templates/default/new-virtual-machine',
      // Stepper, pickers and buttons belong to the scaffolder.
      ours: '[data-nante="field"]',
      ready: () => page.getByLabel('Name').waitFor(),
    },
    {
      name: 'form, placement',
      path: `/create/templates/default/new-virtual-machine?formData=${encodeURIComponent(
        JSON.stringify({
          name: 'readable-2',
          app: 'component:default/shop',
          owner: 'group:default/shop',
          placement: { environment: 'dev', size: 'small' },
        }),
      )}`,
      ours: '[data-nante="field"]',
      ready: async () => {
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByText(/After this request/).waitFor();
      },
    },
  ];

  const counts: Record<string, number> = {};
  for (const theme of themes) {
    await part(`Pages, ${theme}`, async () => {
      for (const look of looks) {
        const shown = look.as ?? page;
        await setTheme(shown, theme);
        await shown.goto(`${portal.url}${look.path}`);
        await look.ready(shown);
        const found = await violations(shown, look);
        found.forEach(line => say(`  ✘ ${look.name}, ${theme}: ${line}`));
        counts[`${look.name}, ${theme}`] = found.length;
      }
    });
  }
  await operator.goto(`${portal.url}/checks`);
  await operator.getByRole('table', { name: 'Checks of Proxmox' }).waitFor();
  await keepPicture(operator, 'checks');
  await page.goto(`${portal.url}/deployments?whose=everyone`);
  await page.getByRole('grid', { name: /^Deployments of/ }).waitFor();
  await keepPicture(page, 'deployments');
  await page.goto(`${portal.url}/activity`);
  await page.getByRole('listitem').first().waitFor();
  await keepPicture(page, 'activity');
  await page.goto(`${portal.url}/catalog/default/component/hello/pipeline`);
  await page.getByRole('table', { name: 'Workflow runs' }).waitFor();
  await keepPicture(page, 'pipeline');
  await operator.goto(`${portal.url}/workflows`);
  await operator
    .getByRole('table', { name: 'Callers of our workflows' })
    .waitFor();
  await keepPicture(operator, 'workflows');
  await part('Sign-in', async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const stranger = await context.newPage();
    for (const theme of themes) {
      await stranger.goto(portal.url);
      await setTheme(stranger, theme);
      await stranger.getByText(/^Ada, /).waitFor();
      const found = await violations(stranger, {
        name: 'sign-in',
        path: '/',
        ready: async () => {},
      });
      found.forEach(line => say(`  ✘ sign-in, ${theme}: ${line}`));
      counts[`sign-in, ${theme}`] = found.length;
    }
  });

  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  assert.equal(total, 0, `axe found ${JSON.stringify(counts)}`);
  return { violations: counts };
});
