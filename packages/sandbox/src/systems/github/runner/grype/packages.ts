/** A package that a list names. */
export interface FoundPackage {
  name: string;
  version: string;
  /** As Grype calls it: `deb`, `apk`, `go-module`, `npm`, `python`, or what an SBOM says. */
  type: string;
  /** Where the list is. */
  path: string;
}

type Read = (text: string) => Omit<FoundPackage, 'path'>[];

/** Lists of packages by the path that they have. */
const readers: [pattern: RegExp, read: Read][] = [
  [/(^|\/)var\/lib\/dpkg\/(status|status\.d\/[^/]+)$/, dpkg],
  [/(^|\/)lib\/apk\/db\/installed$/, apk],
  [/(^|\/)go\.mod$/, goModules],
  [/(^|\/)package-lock\.json$/, npm],
  [/(^|\/)requirements[^/]*\.txt$/, python],
];

/** Whether a file is a list of packages. */
export function isPackageList(path: string): boolean {
  return readers.some(([pattern]) => pattern.test(path));
}

/** Packages of a list. */
export function readPackages(path: string, text: string): FoundPackage[] {
  const [, read] = readers.find(([pattern]) => pattern.test(path)) ?? [];
  return (read?.(text) ?? []).map(found => ({ ...found, path }));
}

/** Packages of an SBOM in JSON: CycloneDX, SPDX or Syft. @throws Error for another document */
export function readSbom(path: string, text: string): FoundPackage[] {
  const document = JSON.parse(text) as {
    components?: Component[];
    packages?: { name: string; versionInfo?: string }[];
    artifacts?: { name: string; version?: string; type?: string }[];
  };
  const { components, packages, artifacts } = document;
  if (components)
    return components.flatMap(component => ofComponent(path, component));
  if (packages)
    return packages.map(({ name, versionInfo = '' }) => ({
      ...{ name, version: versionInfo, type: 'spdx', path },
    }));
  if (artifacts)
    return artifacts.map(({ name, version = '', type = 'syft' }) => ({
      ...{ name, version, type, path },
    }));
  throw new Error(`${path} is no SBOM of CycloneDX, SPDX or Syft in JSON.`);
}

interface Component {
  name: string;
  group?: string;
  version?: string;
  type?: string;
  components?: Component[];
}

function ofComponent(path: string, component: Component): FoundPackage[] {
  const { name, version = '', type = 'library', components = [] } = component;
  return [
    { name, version, type, path },
    ...components.flatMap(inner => ofComponent(path, inner)),
  ];
}

function dpkg(text: string) {
  return paragraphs(text, 'Package', 'Version', 'deb');
}

function apk(text: string) {
  return paragraphs(text, 'P', 'V', 'apk');
}

function paragraphs(text: string, name: string, version: string, type: string) {
  return text.split(/\n\s*\n/).flatMap(paragraph => {
    const value = (key: string) =>
      new RegExp(`^${key}:\\s*(.+)$`, 'm').exec(paragraph)?.[1];
    const found = value(name);
    return found ? [{ name: found, version: value(version) ?? '', type }] : [];
  });
}

function goModules(text: string) {
  return [
    ...text.matchAll(/^\s*(?:require\s+)?([\w./~-]+\.[\w./~-]+)\s+v(\S+)/gm),
  ].map(([, name, version]) => ({ name, version, type: 'go-module' }));
}

function npm(text: string) {
  const { packages = {} } = JSON.parse(text) as {
    packages?: Record<string, { version?: string }>;
  };
  return Object.entries(packages).flatMap(([path, { version = '' }]) => {
    const name = path.split('node_modules/').at(-1);
    return name ? [{ name, version, type: 'npm' }] : [];
  });
}

function python(text: string) {
  return [...text.matchAll(/^([A-Za-z0-9._-]+)==([^\s;\\]+)/gm)].map(
    ([, name, version]) => ({ name, version, type: 'python' }),
  );
}
