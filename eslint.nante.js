// ESLint of every package: Backstage's own rules, and the direction that imports may take (ARCHITECTURE.md, "The house").
const createConfig = require('@backstage/cli/config/eslint-factory');
const path = require('node:path');

/** What each package may import of ours. Whatever does not stand here is refused. */
const mayImport = {
  model: [],
  clients: ['model'],
  engine: ['model', 'clients'],
  cli: ['model', 'clients', 'engine'],
  // Stand-ins know the outside systems, not our code: a test against them would prove nothing otherwise.
  sandbox: ['model'],
  'infrastructure-common': ['model'],
  'infrastructure-node': [
    'model',
    'clients',
    'engine',
    'infrastructure-common',
  ],
  'infrastructure-backend': [
    'model',
    'infrastructure-common',
    'infrastructure-node',
  ],
  'catalog-backend-module-infrastructure': [
    'model',
    'infrastructure-common',
    'infrastructure-node',
  ],
  'scaffolder-backend-module-infrastructure': [
    'model',
    'infrastructure-common',
    'infrastructure-node',
  ],
  infrastructure: ['model', 'infrastructure-common'],
  app: ['infrastructure', 'infrastructure-common'],
  backend: [
    'model',
    'infrastructure-backend',
    'infrastructure-common',
    'infrastructure-node',
    'catalog-backend-module-infrastructure',
    'scaffolder-backend-module-infrastructure',
  ],
};

/** Packages without Backstage in them: workflows and terminals run them alone. */
const withoutBackstage = ['model', 'clients', 'engine', 'cli', 'sandbox'];

const plugins = Object.keys(mayImport).filter(name =>
  name.includes('infrastructure'),
);
const packageName = name =>
  plugins.includes(name) ? `@nante/plugin-${name}` : `@nante/${name}`;

/** Options of the rule for one package; tests may start the sandbox besides. */
function importDirection(self, inTests) {
  const allowed = inTests ? [...mayImport[self], 'sandbox'] : mayImport[self];
  const forbidden = Object.keys(mayImport).filter(
    name =>
      !allowed.includes(name) &&
      name !== self &&
      !['app', 'backend'].includes(name),
  );
  return [
    'error',
    {
      patterns: [
        {
          group: forbidden
            .map(packageName)
            .flatMap(name => [name, `${name}/*`]),
          message: `${self} may import ${allowed.join(', ') || 'nothing of ours'}: see ARCHITECTURE.md, "The house".`,
        },
        ...(withoutBackstage.includes(self) && !inTests
          ? [
              {
                group: ['@backstage/*'],
                message: `${self} runs without Backstage.`,
              },
            ]
          : []),
        {
          group: ['@material-ui/*'],
          message:
            'Use @backstage/ui, or @mui/material where it lacks something.',
        },
      ],
    },
  ];
}

/**
 * @param {string} dir folder of the package
 */
module.exports = dir => {
  const self = path.basename(dir);
  const config = createConfig(dir, {
    rules: {
      '@typescript-eslint/no-restricted-imports': importDirection(self, false),
    },
  });
  config.overrides.push({
    files: ['**/*.test.*', '**/__testUtils__/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': importDirection(self, true),
    },
  });
  return config;
};
