import { version as packageVersion } from '../package.json';

/** Version of this program. */
export const version: string = packageVersion;
