import { createHash } from 'node:crypto';
import { createStateFile, type StateFile } from '../../storage/atomicFile';
import type { Asset, Component, Coordinates, Repository } from './model';

interface Snapshot {
  nextId: number;
  repositories: Repository[];
  components: Component[];
  assets: Asset[];
  /** npm: version by tag, by package, by repository. */
  distTags: Record<string, Record<string, Record<string, string>>>;
}

/** What an asset is made from; the rest comes from the state. */
export type NewAsset = Pick<
  Asset,
  | 'repository'
  | 'path'
  | 'size'
  | 'checksums'
  | 'contentType'
  | 'attributes'
  | 'uploader'
  | 'uploaderIp'
> & { at?: number; component?: Coordinates };

/** Repositories, components and assets; kept in one file, read at the start. Contents lie in the blob store. */
export class NexusState {
  readonly #seed: number;
  readonly #file: StateFile<Snapshot>;
  readonly #repositories = new Map<string, Repository>();
  readonly #components = new Map<string, Component>();
  readonly #componentIds = new Map<string, string>();
  readonly #assets = new Map<string, Asset>();
  readonly #paths = new Map<string, Map<string, Asset>>();
  readonly #parts = new Map<string, Set<string>>();
  readonly #uses = new Map<string, number>();
  #distTags: Snapshot['distTags'] = {};
  #nextId = 1;
  /** Told the id of each component that changed or went. */
  onChange: (component: string) => void = () => {};
  /** Told the SHA-256 of each content that nobody uses any more. */
  onUnused: (sha256: string) => void = () => {};

  constructor(file: string, seed: number) {
    this.#seed = seed;
    this.#file = createStateFile(file, () => this.#snapshot(), 200);
    const kept = this.#file.load();
    if (kept) this.#restore(kept);
  }

  get isEmpty(): boolean {
    return this.#repositories.size === 0;
  }

  repositories(): Repository[] {
    return [...this.#repositories.values()].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  }

  repository(name: string): Repository | undefined {
    return this.#repositories.get(name);
  }

  setRepository(repository: Repository): void {
    this.#repositories.set(repository.name, repository);
    this.#file.changed();
  }

  removeRepository(name: string): void {
    for (const asset of this.assets(name)) this.removeAsset(asset.id);
    this.#repositories.delete(name);
    this.#paths.delete(name);
    delete this.#distTags[name];
    this.#file.changed();
  }

  component(id: string): Component | undefined {
    return this.#components.get(id);
  }

  findComponent(
    repository: string,
    coordinates: Coordinates,
  ): Component | undefined {
    const id = this.#componentIds.get(componentKey(repository, coordinates));
    return id === undefined ? undefined : this.#components.get(id);
  }

  /** In the order of their making. */
  components(repository: string): Component[] {
    return [...this.#components.values()].filter(
      component => component.repository === repository,
    );
  }

  allComponents(): Iterable<Component> {
    return this.#components.values();
  }

  asset(id: string): Asset | undefined {
    return this.#assets.get(id);
  }

  assetAt(repository: string, path: string): Asset | undefined {
    return this.#paths.get(repository)?.get(path);
  }

  /** In the order of their making. */
  assets(repository: string): Asset[] {
    return [...(this.#paths.get(repository)?.values() ?? [])];
  }

  assetsOf(component: string): Asset[] {
    return [...(this.#parts.get(component) ?? [])].map(
      id => this.#assets.get(id) as Asset,
    );
  }

  /** Size and number of what each content takes once, for figures of the blob store. */
  usage(): { blobs: number; bytes: number } {
    const sizes = new Map<string, number>();
    for (const { checksums, size } of this.#assets.values())
      sizes.set(checksums.sha256, size);
    let bytes = 0;
    for (const size of sizes.values()) bytes += size;
    return { blobs: sizes.size, bytes };
  }

  isUsed(sha256: string): boolean {
    return (this.#uses.get(sha256) ?? 0) > 0;
  }

  /** Makes or replaces what lies at a path. */
  putAsset({ component, at = Date.now(), ...given }: NewAsset): Asset {
    const owner = component && this.#ensureComponent(given, component, at);
    const before = this.assetAt(given.repository, given.path);
    const asset: Asset = {
      id: before?.id ?? this.#newId(),
      createdAt: before?.createdAt ?? at,
      modifiedAt: at,
      ...given,
      ...(owner ? { component: owner.id } : {}),
    };
    this.#addAsset(asset);
    if (before) this.#release(before.checksums.sha256);
    this.#file.changed();
    if (owner) this.onChange(owner.id);
    return asset;
  }

  removeAsset(id: string): void {
    const asset = this.#assets.get(id);
    if (!asset) return;
    this.#assets.delete(id);
    this.#paths.get(asset.repository)?.delete(asset.path);
    this.#release(asset.checksums.sha256);
    const { component } = asset;
    if (component !== undefined) {
      const parts = this.#parts.get(component);
      parts?.delete(id);
      if (parts?.size === 0) this.#dropComponent(component);
      this.onChange(component);
    }
    this.#file.changed();
  }

  downloaded(asset: Asset): void {
    asset.downloadedAt = Date.now();
    this.#file.changed();
  }

  /** Version by tag of an npm package; what is changed in it has to be told by `setDistTags`. */
  distTags(repository: string, name: string): Record<string, string> {
    return { ...this.#distTags[repository]?.[name] };
  }

  setDistTags(
    repository: string,
    name: string,
    tags: Record<string, string>,
  ): void {
    (this.#distTags[repository] ??= {})[name] = tags;
    this.#file.changed();
  }

  /** Back to nothing. */
  clear(): void {
    for (const map of [
      this.#repositories,
      this.#components,
      this.#componentIds,
      this.#assets,
      this.#paths,
      this.#parts,
      this.#uses,
    ])
      map.clear();
    this.#distTags = {};
    this.#nextId = 1;
    this.#file.changed();
  }

  close(): void {
    this.#file.flush();
  }

  #ensureComponent(
    { repository }: { repository: string },
    coordinates: Coordinates,
    at: number,
  ): Component {
    const known = this.findComponent(repository, coordinates);
    if (known) return Object.assign(known, coordinates);
    const { format } = this.#repositories.get(repository) as Repository;
    const component: Component = {
      id: this.#newId(),
      repository,
      format,
      createdAt: at,
      ...coordinates,
    };
    this.#addComponent(component);
    return component;
  }

  #addComponent(component: Component) {
    this.#components.set(component.id, component);
    this.#componentIds.set(
      componentKey(component.repository, component),
      component.id,
    );
    this.#parts.set(component.id, new Set());
  }

  #dropComponent(id: string) {
    const component = this.#components.get(id);
    if (!component) return;
    this.#components.delete(id);
    this.#componentIds.delete(componentKey(component.repository, component));
    this.#parts.delete(id);
  }

  #addAsset(asset: Asset) {
    const paths = this.#paths.get(asset.repository) ?? new Map();
    this.#paths.set(asset.repository, paths);
    paths.set(asset.path, asset);
    this.#assets.set(asset.id, asset);
    if (asset.component !== undefined)
      this.#parts.get(asset.component)?.add(asset.id);
    const { sha256 } = asset.checksums;
    this.#uses.set(sha256, (this.#uses.get(sha256) ?? 0) + 1);
  }

  #release(sha256: string) {
    const left = (this.#uses.get(sha256) ?? 0) - 1;
    if (left > 0) {
      this.#uses.set(sha256, left);
      return;
    }
    this.#uses.delete(sha256);
    this.onUnused(sha256);
  }

  #newId(): string {
    const text = `${this.#seed}:${this.#nextId}`;
    this.#nextId += 1;
    return createHash('sha256').update(text).digest('hex').slice(0, 32);
  }

  #snapshot(): Snapshot {
    return {
      nextId: this.#nextId,
      repositories: this.repositories(),
      components: [...this.#components.values()],
      assets: [...this.#assets.values()],
      distTags: this.#distTags,
    };
  }

  #restore(kept: Snapshot) {
    this.#nextId = kept.nextId;
    this.#distTags = kept.distTags;
    for (const repository of kept.repositories)
      this.#repositories.set(repository.name, repository);
    for (const component of kept.components) this.#addComponent(component);
    for (const asset of kept.assets) this.#addAsset(asset);
  }
}

function componentKey(
  repository: string,
  { group = '', name, version }: Coordinates,
): string {
  return JSON.stringify([repository, group, name, version]);
}
