// From a form to a machine one can log in to, and away again: both kinds, in a real browser.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { PortalApi } from '../lib/portalApi';
import { until } from '../lib/until';
import { findChromium, launchBrowser, setTheme, signIn } from '../lib/browser';
import { destroyHost, openHost, openRun, requestHost } from '../lib/hostPages';
import { root, startPortal } from '../lib/portal';
import { createKeyPair, ssh } from '../lib/ssh';

const images = path.join(root, 'docs/images');
const labRequired = process.env.NANTE_REQUIRE_LAB === '1';

const kinds = [
  {
    template: 'new-virtual-machine',
    kind: 'vm',
    name: 'web-1',
    environment: 'Development',
    theme: 'light',
    user: 'ops',
  },
  {
    template: 'new-container',
    kind: 'lxc',
    name: 'cache-1',
    environment: 'Staging',
    theme: 'dark',
    user: 'root',
  },
] as const;

type Theme = 'light' | 'dark';

/** Keeps a picture of the page; `--no-images` leaves the kept ones as they are. */
async function takePicture(
  page: Page,
  name: string,
  themes: Theme[] = ['dark', 'light'],
) {
  if (process.argv.includes('--no-images')) return;
  for (const theme of themes) {
    await setTheme(page, theme);
    await page.waitForLoadState('networkidle').catch(() => {});
    await page.waitForTimeout(700);
    await page.screenshot({ path: path.join(images, `${name}-${theme}.png`) });
  }
}

async function main() {
  if (!findChromium()) {
    console.log(
      'skip: there is no Chromium on this machine (apt-get install chromium)',
    );
    process.exit(77);
  }
  const portal = await startPortal({
    guests: labRequired ? 'nspawn' : 'auto',
    onLine: line => console.log(line),
  });
  const browser = await launchBrowser();
  const figures: Record<string, unknown> = {
    scenario: 'first-host',
    guests: portal.endpoints.guests.driver,
    startSeconds: portal.startMs / 1000,
  };
  try {
    const real: boolean = portal.endpoints.guests.real;
    assert(
      real || !labRequired,
      'NANTE_REQUIRE_LAB=1, and the guests are not real',
    );
    const key = createKeyPair(portal.data);
    const api = new PortalApi(portal.url, 'ada');
    const page = await signIn(browser, portal.url, 'Ada', opened =>
      takePicture(opened, 'sign-in'),
    );
    // The sandbox's first look at Proxmox.
    await until('forty guests in the catalog', async () => {
      const { totalItems } = await api.get(
        '/catalog/entities/by-query?limit=0&filter=kind=resource',
      );
      return totalItems >= 40;
    });
    await takePicture(page, 'home');

    for (const { template, kind, name, environment, user, theme } of kinds) {
      // One form is pictured in the light, the other in the dark.
      await setTheme(page, theme);
      const started = Date.now();
      await requestHost(
        page,
        portal.url,
        {
          template,
          name,
          app: 'shop',
          owner: 'Shop',
          environment,
          size: 'Small',
          sshKey: key.publicKey,
        },
        picture => takePicture(page, picture, [theme]),
      );
      await takePicture(page, 'task', [theme]);
      const { runs } = await until('the run exists', async () => {
        const answer = await api.get(`/infrastructure/runs?host=${name}`);
        return answer.runs.length > 0 && answer;
      });
      const runId = runs[0].id;
      await page.goto(`${portal.url}/runs/${runId}`);
      const run = await until(
        'the run ends',
        async () => {
          const answer = await api.get(`/infrastructure/runs/${runId}`);
          return (
            ['succeeded', 'failed', 'cancelled'].includes(answer.run.state) &&
            answer.run
          );
        },
        300_000,
      );
      assert.equal(run.state, 'succeeded', JSON.stringify(run.error));
      await page
        .getByText('Healthy')
        .or(page.getByText('Succeeded'))
        .first()
        .waitFor();
      figures[`${kind}SubmitToAddressSeconds`] = (Date.now() - started) / 1000;

      const entity = await until('the host is in the catalog', async () =>
        api
          .get(
            `/catalog/entities/by-name/resource/default/${run.result.entityRef.split('/')[1]}`,
          )
          .catch(() => undefined),
      );
      assert.equal(entity.metadata.title, name);
      assert.equal(entity.spec.owner, 'group:default/shop');
      figures[`${kind}SubmitToCatalogSeconds`] = (Date.now() - started) / 1000;

      if (real) {
        const login = `${user}@${run.result.address}`;
        const answer = await until(`log in as ${login}`, async () => {
          const result = await ssh(key.file, login, 'hostname && id -un');
          return result.code === 0 && result.output;
        });
        assert.deepEqual(answer.split('\n'), [name, user]);
        figures[`${kind}SubmitToLoginSeconds`] = (Date.now() - started) / 1000;
        figures[`${kind}Login`] = `ssh ${login}: ${answer.replace('\n', ', ')}`;
      }
      await takePicture(page, `run-${kind}`);
      await openHost(page, portal.url, name);
      await page.getByText(run.result.address).first().waitFor();
      await takePicture(page, `host-${kind}`);
    }

    await openRun(page, portal.url, 'web-1');
    await page.goto(`${portal.url}/runs`);
    await page.getByText('web-1').first().waitFor();
    await takePicture(page, 'runs');
    await page.goto(`${portal.url}/hosts`);
    await page.getByText('artifacts-1').first().waitFor();
    await takePicture(page, 'hosts');
    await page.goto(`${portal.url}/create`);
    await page.getByText('New virtual machine').first().waitFor();
    await takePicture(page, 'create');

    for (const { kind, name, theme } of kinds) {
      await setTheme(page, theme);
      await openHost(page, portal.url, name);
      await destroyHost(page, name, picture =>
        takePicture(page, picture, [theme]),
      );
      const run = await until('the host is destroyed', async () => {
        const { runs } = await api.get(`/infrastructure/runs?host=${name}`);
        const found = runs.find(
          (candidate: any) => candidate.kind === 'destroy',
        );
        return (
          ['succeeded', 'failed', 'cancelled'].includes(found?.state) && found
        );
      });
      assert.equal(run.state, 'succeeded', JSON.stringify(run.error));
      await until('the host has left the hosts page', async () => {
        const { hosts } = await api.get('/infrastructure/hosts');
        return !hosts.some((host: any) => host.name === name);
      });
      await until('the host has left the catalog', async () => {
        const { totalItems } = await api.get(
          `/catalog/entities/by-query?limit=0&filter=kind=resource,metadata.annotations.nante.dev/environment`,
        );
        return totalItems === (kind === 'vm' ? 1 : 0);
      });
    }
    if (!real) {
      console.log(
        'Guests are records on this machine: the login was not tried.',
      );
      figures.login = 'not tried: guests are records';
    }
  } catch (error) {
    for (const page of browser.contexts().flatMap(context => context.pages())) {
      await page.screenshot({ path: path.join(portal.data, 'failure.png') });
      console.log(`picture of the failure: ${portal.data}/failure.png`);
    }
    throw error;
  } finally {
    await browser.close();
    await portal.stop();
  }
  assert.equal(
    fs.existsSync(path.join(portal.data, 'endpoints.json')),
    false,
    'the sandbox took its endpoints back',
  );
  fs.rmSync(portal.data, { recursive: true, force: true });
  console.log(JSON.stringify(figures));
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
