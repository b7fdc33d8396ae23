#!/usr/bin/env node
// The bundle that the workflows run too: no package has to be installed for it.
require('node:module').enableCompileCache?.();
require('../../../.github/actions/nante/dist/index.js');
