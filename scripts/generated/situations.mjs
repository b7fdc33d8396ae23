// What people answer in the forms, and what the check says of the site.
import { createHash } from 'node:crypto';
import {
  asMarkdown,
  oneLine,
} from '../../plugins/scaffolder-backend-module-infrastructure/src/newApp/freeText.ts';

const plain = 'Takes orders and hands them on.';
/** Each part would be something in one of the files: an expression, a command, markup, YAML, the end of a quotation. */
const hostile = [
  '${{ secrets.DOPPLER_TOKEN }} {{ 7*7 }} {% raw %} {# x #}',
  '$(touch /tmp/owned) `id` ${HOME} $HOME; rm -rf / && echo "x" | sh \'y\' \\',
  '<script>alert(1)</script> [click](javascript:alert(1)) ![i](http://example.test/x) | a | b |',
  'key: value # comment',
  '- item',
  '*alias &anchor !tag %PERCENT @at',
  '"]}, {"a": "b',
  '#{Octopus.Secret} é 中文 🙂\u2028end',
].join('\n');

const key =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample ada@example.test';

function situation({ name, description, worker, port, healthPath }) {
  return {
    parameters: {
      name,
      owner: 'group:default/shop',
      description,
      placement: { environment: 'dev', size: 'small' },
      environment: 'dev',
      hostName: `${name}-1`,
      port,
      healthPath,
      sshKeys: [key],
      requestId: '0123456789abcdef',
      app: `component:default/${name}`,
      overwrite: false,
    },
    steps: {
      check: {
        output: {
          name,
          owner: 'group:default/shop',
          team: 'shop',
          description: oneLine(description),
          descriptionMarkdown: asMarkdown(description),
          connection: 'github',
          organization: 'acme',
          workflows: 'nante/nante',
          commit: createHash('sha1').update('a release').digest('hex'),
          version: 'v0.1.0',
          runnerLabels: '["self-hosted","linux"]',
          environments: ['dev', 'staging', 'prod'],
          worker,
          nexus: 'nexus',
          mavenRepository: 'maven-releases',
          dockerRepository: 'docker-hosted',
          helmRepository: 'helm-hosted',
          octopus: 'octopus',
          octopusEnvironment: 'Development',
          feed: 'Nexus Maven',
        },
      },
    },
  };
}

const plainAnswers = {
  name: 'orders',
  description: plain,
  worker: 'portal',
  port: 8080,
  healthPath: '/healthz',
};
const hostileAnswers = {
  // A word of YAML that is none of a name.
  name: 'null',
  description: hostile,
  worker: 'workflow',
  port: 65535,
  healthPath: '/~a/b.c/d_e',
};

/**
 * Which repositories of a template are looked at.
 *
 * @param {string} template
 * @returns {{ name: string, context: object }[]}
 */
export function situationsOf(template) {
  const all = [
    { name: 'plain', context: situation(plainAnswers) },
    { name: 'hostile', context: situation(hostileAnswers) },
  ];
  if (template !== 'add-pipeline') return all;
  // It takes no free text.
  const [, { context }] = all;
  return ['go', 'static', 'image', 'chart'].map(kind => ({
    name: kind,
    context: { ...context, parameters: { ...context.parameters, kind } },
  }));
}
