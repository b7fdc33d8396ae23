#!/usr/bin/env node
// The bundle that the workflows run too: no package has to be installed for it.
require('node:module').enableCompileCache?.();
// eslint-disable-next-line @backstage/no-relative-monorepo-imports -- the bundle belongs to no package
require('../../../.github/actions/nante/dist/index.js');
