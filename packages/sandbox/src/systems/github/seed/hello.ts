import type { SeedCommit } from './commitFiles';

const catalog = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: hello
  title: Hello
  description: A page that says its version; the first thing to deploy.
  annotations:
    github.com/project-slug: acme/hello
spec:
  type: website
  lifecycle: experimental
  owner: group:default/shop
  system: commerce
`;

/** @param uses - the workflow, with its commit and the comment that says which version that is */
const caller = (uses: string) => `name: CI
on:
  push:
    branches: [main]
  pull_request:
  workflow_dispatch:
permissions: {}
concurrency:
  group: ci-\${{ github.ref }}
jobs:
  ci:
    permissions:
      contents: read
    uses: ${uses}
    with:
      app_name: hello
      kind: static
    secrets:
      DOPPLER_TOKEN: \${{ secrets.DOPPLER_TOKEN }}
`;

const page = (greeting: string) =>
  `<!doctype html><title>Hello</title><h1>${greeting}</h1>\n`;

/**
 * What was committed to `acme/hello`.
 *
 * @param pinned - commit of our workflows' release before the newest
 */
export function helloCommits(pinned: string): SeedCommit[] {
  const uses = `nante/nante/.github/workflows/reusable-ci.yml@${pinned} # v0.0.9`;
  return [
    {
      message: 'Say hello',
      date: '2026-02-02T09:00:00Z',
      files: {
        'README.md': '# Hello\n\nA page that says its version.\n',
        'public/index.html': page('Hello'),
        'catalog-info.yaml': catalog,
        '.github/workflows/ci.yml': caller(uses),
      },
    },
    {
      message: 'Greet the world',
      date: '2026-02-03T10:30:00Z',
      files: { 'public/index.html': page('Hello, wrld') },
    },
    {
      message: 'Spell the world',
      date: '2026-02-03T11:15:00Z',
      files: { 'public/index.html': page('Hello, world') },
    },
  ];
}

/** What was committed to `acme/legacy`: it follows the branch of our workflows, whatever comes there. */
export function legacyCommits(): SeedCommit[] {
  return [
    {
      message: 'Use the shared workflow',
      date: '2025-11-20T14:00:00Z',
      files: {
        'README.md': '# Legacy\n',
        'public/index.html': page('Legacy'),
        '.github/workflows/ci.yml': caller(
          'nante/nante/.github/workflows/reusable-ci.yml@main',
        ),
      },
    },
  ];
}

/** What was committed to repositories that have nothing to do with us. */
export function foreignCommits(title: string): SeedCommit[] {
  return [
    {
      message: 'Begin',
      date: '2025-06-01T12:00:00Z',
      files: { 'README.md': `# ${title}\n\nSomebody else's.\n` },
    },
  ];
}
