import {
  type Entity,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import {
  ANNOTATION_TEMPLATE_CREATES,
  ANNOTATION_TEMPLATE_GROUP,
  ANNOTATION_TEMPLATE_TARGET,
} from '@nante/plugin-infrastructure-common';

/** Groups of the page, in their order. */
export const templateGroups = [
  'Hosts',
  'Applications',
  'Deployments',
  'Day 2',
  'Clusters',
  'Others',
] as const;
export type TemplateGroup = (typeof templateGroups)[number];

/** A template as its card shows it. */
export interface TemplateCardData {
  /** Entity ref. */
  ref: string;
  namespace: string;
  name: string;
  title: string;
  description: string;
  group: TemplateGroup;
  creates: string[];
  tags: string[];
  /** Entity ref of its owner. */
  owner?: string;
  /** Seconds in which it should be done. */
  targetSeconds?: number;
}

/** What a card shows of a template's entity. */
export function readTemplate(entity: Entity): TemplateCardData {
  const { metadata, relations = [] } = entity;
  const { annotations = {}, name, namespace = 'default' } = metadata;
  const group = annotations[ANNOTATION_TEMPLATE_GROUP];
  const target = Number(annotations[ANNOTATION_TEMPLATE_TARGET]);
  return {
    ref: stringifyEntityRef(entity),
    namespace,
    name,
    title: metadata.title ?? name,
    description: metadata.description ?? '',
    group: templateGroups.find(known => known === group) ?? 'Others',
    creates: (annotations[ANNOTATION_TEMPLATE_CREATES] ?? '')
      .split(';')
      .map(thing => thing.trim())
      .filter(Boolean),
    tags: metadata.tags ?? [],
    owner: relations.find(({ type }) => type === RELATION_OWNED_BY)?.targetRef,
    targetSeconds: target > 0 ? target : undefined,
  };
}

/** What the page is narrowed to. */
export interface TemplateQuery {
  search: string;
  tag: string;
}

/** Templates that match, in the order of their titles. */
export function filterTemplates(
  templates: TemplateCardData[],
  query: TemplateQuery,
): TemplateCardData[] {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = (template: TemplateCardData) =>
    [
      template.title,
      template.name,
      template.description,
      ...template.tags,
      ...template.creates,
    ]
      .join(' ')
      .toLowerCase();
  return templates
    .filter(({ tags }) => !query.tag || tags.includes(query.tag))
    .filter(template => words.every(word => textOf(template).includes(word)))
    .sort((a, b) => a.title.localeCompare(b.title));
}
