module.exports = require('../../eslint.nante.js')(__dirname);
