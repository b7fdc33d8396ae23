import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { artifactVersion, artifacts, usage } from '../__fixtures__/artifacts';
import { backendApi, fakeBackend } from '../__testUtils__/backend';
import { infrastructurePlugin } from '../plugin';
import { removedVersions } from './versions';

function openTab() {
  return renderTestApp({
    extensions: [
      createTestEntityPage({
        entity: {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: { name: 'shop' },
          spec: { type: 'service' },
        },
      }),
      infrastructurePlugin.getExtension(
        'entity-content:infrastructure/artifacts',
      ),
    ],
    apis: [backendApi(), mockApis.permission()],
  });
}

describe('the artifacts tab', () => {
  const backend = fakeBackend();

  it('has one row for each version: what it consists of, how to get it, and where it runs', async () => {
    backend.answer('/artifacts', artifacts as never);
    openTab();
    const row = await screen.findByRole('row', { name: /^1\.3\.0/ });
    expect(row).toHaveTextContent('package (Maven)');
    expect(row).toHaveTextContent('maven-releases, 2 KiB, 1 file');
    expect(row).toHaveTextContent('image');
    expect(row).toHaveTextContent('sha256:abababababab…');
    expect(
      within(row).getAllByRole('button', { name: 'Copy command' }),
    ).toHaveLength(2);
    expect(within(row).getByRole('link', { name: 'Staging' })).toHaveAttribute(
      'href',
      '/deployments/octopus/Deployments-12',
    );
    expect(within(row).getByRole('link', { name: 'Run' })).toHaveAttribute(
      'href',
      '/runs/run-3',
    );
    expect(screen.getByRole('row', { name: /^1\.4\.0/ })).toHaveTextContent(
      'nowhere',
    );
  });

  it('asks for a page only when somebody wants it', async () => {
    const asked: string[] = [];
    backend.respond('/artifacts', ({ request }) => {
      const page = new URL(request.url).searchParams.get('page');
      asked.push(page ?? 'first');
      return HttpResponse.json(
        page
          ? { ...artifacts, versions: [artifactVersion('1.0.0')] }
          : { ...artifacts, next: 'token' },
      );
    });
    openTab();
    await screen.findByRole('row', { name: /^1\.4\.0/ });
    expect(asked).toEqual(['first']);
    await userEvent.click(
      screen.getByRole('button', { name: 'Show more versions' }),
    );
    expect(
      await screen.findByRole('row', { name: /^1\.0\.0/ }),
    ).toBeInTheDocument();
    expect(asked).toEqual(['first', 'token']);
    expect(screen.getByText('That is all.')).toBeInTheDocument();
  });

  it('searches where the artifacts are, not only on the page', async () => {
    const asked: string[] = [];
    backend.respond('/artifacts', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json(artifacts);
    });
    openTab();
    await screen.findByRole('row', { name: /^1\.4\.0/ });
    await userEvent.type(screen.getByRole('searchbox'), '1.3');
    await userEvent.click(
      screen.getByRole('checkbox', { name: 'Only deployed' }),
    );
    await waitFor(() =>
      expect(asked.at(-1)).toBe(
        '?entityRef=component%3Adefault%2Fshop&text=1.3&deployed=true',
      ),
    );
  });

  it('leads from an artifact to the hosts that use it, and to their owners', async () => {
    backend.answer('/artifacts', artifacts as never);
    backend.answer('/artifacts/usage', usage as never);
    openTab();
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Where com.example:shop 1.3.0 is used',
      }),
    );
    const dialog = await screen.findByRole('dialog');
    const row = await within(dialog).findByRole('row', {
      name: /^Shop 1\.3\.0/,
    });
    expect(row).toHaveTextContent('Stagingruns nowweb-1.staging.shop');
    expect(within(row).getByRole('link', { name: 'web-1' })).toHaveAttribute(
      'href',
      '/catalog/default/resource/lab-20014/host',
    );
    expect(within(row).getByRole('link', { name: 'shop' })).toHaveAttribute(
      'href',
      '/catalog/default/group/shop',
    );
  });

  it('says when an artifact was deleted while it was shown', async () => {
    backend.answer('/artifacts', artifacts as never);
    backend.refuse('/artifacts/usage', 404, 'NotFoundError', 'gone');
    openTab();
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Where com.example:shop 1.3.0 is used',
      }),
    );
    expect(
      await screen.findByText('This artifact is no longer in Nexus'),
    ).toBeInTheDocument();
    await userEvent.click(screen.getAllByRole('button', { name: 'Close' })[0]);
    backend.answer('/artifacts', {
      ...artifacts,
      versions: [artifacts.versions[1]],
    } as never);
    await userEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(
      await screen.findByText(/^Version 1\.4\.0 is no longer there/),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('row', { name: /^1\.4\.0/ }),
    ).not.toBeInTheDocument();
  });

  it('makes a release of a version, or says why this person cannot', async () => {
    backend.answer('/artifacts', artifacts as never);
    const started = backend.record('/deployments/runs', { runId: 'run-9' });
    const page = openTab();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Make a release' }),
    );
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'Make the release',
      }),
    );
    await waitFor(() => expect(started).toHaveLength(1));
    expect(JSON.parse(started[0] as string)).toMatchObject({
      action: 'release',
      projectId: 'Projects-1',
      version: '1.4.0',
      packageVersion: '1.4.0',
    });
    page.unmount();

    backend.answer('/artifacts', {
      ...artifacts,
      project: {
        ...artifacts.project,
        release: { allowed: false, reason: 'it belongs to the group shop' },
      },
    } as never);
    openTab();
    expect(
      await screen.findByText('Releases: it belongs to the group shop'),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Make a release' }),
    ).not.toBeInTheDocument();
  });

  it('says what comes next when nothing is found, published, allowed or answered', async () => {
    const nothing = { ...artifacts, versions: [] };
    backend.answer('/artifacts', { ...nothing, found: 'nothing' } as never);
    const none = openTab();
    expect(
      await screen.findByText(
        'nante.dev/artifacts: nexus/maven-releases/com.example:shop',
      ),
    ).toBeInTheDocument();
    none.unmount();

    backend.answer('/artifacts', nothing as never);
    const empty = openTab();
    expect(await screen.findByText(/^nante publish /)).toBeInTheDocument();
    empty.unmount();

    backend.refuse('/artifacts', 403, 'NotAllowedError', 'no');
    const forbidden = openTab();
    expect(
      await screen.findByText(/infrastructure\.artifact\.read/),
    ).toBeInTheDocument();
    forbidden.unmount();

    backend.refuse('/artifacts', 503, 'ServiceUnavailableError', 'starting');
    openTab();
    expect(
      await screen.findByRole('button', { name: 'Try again' }),
    ).toBeInTheDocument();
  });
});

describe('versions that are gone', () => {
  it('are told from those that newer ones pushed off the page', () => {
    expect(removedVersions(['3', '2', '1'], ['4', '3', '2'])).toEqual([]);
    expect(removedVersions(['3', '2', '1'], ['3', '1'])).toEqual(['2']);
    expect(removedVersions([], ['1'])).toEqual([]);
  });
});
