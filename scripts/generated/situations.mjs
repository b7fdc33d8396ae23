// What people answer in the forms, and what the check says of the site.
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
      kind: 'go',
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
          commit: '0123456789abcdef0123456789abcdef01234567',
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

/** By name. */
export const situations = {
  plain: situation({
    name: 'orders',
    description: plain,
    worker: 'portal',
    port: 8080,
    healthPath: '/healthz',
  }),
  hostile: situation({
    // Nothing that begins with a letter in a language may be a word of that language.
    name: 'null',
    description: hostile,
    worker: 'workflow',
    port: 65535,
    healthPath: '/~a/b.c/d_e',
  }),
};
