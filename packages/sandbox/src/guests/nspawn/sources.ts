import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tryRun } from './command';

/** One place that apt reads packages from. */
export interface AptSource {
  uri: string;
  suite: string;
  components: string[];
}

/** What a guest takes over from the machine so that `apt` works in it as it does outside. */
export interface MachineSources {
  suite: string;
  mirror: string;
  sources: AptSource[];
  /** Lines of apt configuration: proxies and checks. */
  aptConfiguration: string[];
  /** Certificates of private authorities, by file name. */
  authorities: Record<string, string>;
}

const fallback = {
  suite: 'bookworm',
  mirror: 'http://deb.debian.org/debian',
};

/** Reads the one-line format, `deb [options] uri suite component…`. */
export function parseSourcesList(text: string): AptSource[] {
  return text
    .split('\n')
    .map(line => /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line))
    .filter(match => match !== null)
    .map(([, uri, suite, components]) => ({
      uri,
      suite,
      components: components.trim().split(/\s+/),
    }));
}

/** Reads the deb822 format: paragraphs with `URIs`, `Suites` and `Components`. */
export function parseDeb822(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap(paragraph => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t]+.*)*)`, 'im')
        .exec(paragraph.replace(/^#.*\n?/gm, ''))?.[1]
        .trim()
        .split(/\s+/) ?? [];
    if (!field('Types').includes('deb') || field('Enabled')[0] === 'no') {
      return [];
    }
    return field('URIs').flatMap(uri =>
      field('Suites').map(suite => ({
        uri,
        suite,
        components: field('Components'),
      })),
    );
  });
}

function readFolder(folder: string, ending: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder)
      .filter(name => name.endsWith(ending))
      .sort()
      .map(name => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

/**
 * Where this machine gets its packages. A Debian guest gets the machine's own release and mirror when the machine is a
 * Debian, else a fixed Debian from its public mirror. Sources of other vendors stay outside: the guest lacks their keys.
 */
export async function readMachineSources(): Promise<MachineSources> {
  const release = readFileSync('/etc/os-release', 'utf8');
  const isDebian = /^ID=debian$/m.test(release);
  const suite = isDebian
    ? (/^VERSION_CODENAME=(\S+)/m.exec(release)?.[1] ?? fallback.suite)
    : fallback.suite;
  const listed = isDebian
    ? [
        ...Object.values(
          readFolder('/etc/apt/sources.list.d', '.sources'),
        ).flatMap(parseDeb822),
        ...Object.values(
          readFolder('/etc/apt/sources.list.d', '.list'),
        ).flatMap(parseSourcesList),
        ...Object.values(readFolder('/etc/apt', 'sources.list')).flatMap(
          parseSourcesList,
        ),
      ]
    : [];
  const own = listed.filter(
    source =>
      (source.suite === suite || source.suite.startsWith(`${suite}-`)) &&
      source.components.includes('main'),
  );
  const main = own.find(source => source.suite === suite);
  const settings = (await tryRun('apt-config', ['dump'])) ?? '';
  return {
    suite,
    mirror: main?.uri ?? fallback.mirror,
    sources: main
      ? own
      : [{ uri: fallback.mirror, suite, components: ['main'] }],
    aptConfiguration: settings
      .split('\n')
      .filter(line => /^Acquire::(https?|Check-[\w-]+)\b.* ".+";$/.test(line)),
    authorities: readFolder('/usr/local/share/ca-certificates', '.crt'),
  };
}
