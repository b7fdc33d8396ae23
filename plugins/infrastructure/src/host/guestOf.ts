import type { Entity } from '@backstage/catalog-model';
import {
  ANNOTATION_PROXMOX_GUEST,
  ANNOTATION_SERVER,
} from '@nante/plugin-infrastructure-common';

/** Connection and id of the guest that an entity stands for; undefined when it stands for none. */
export function guestOf(
  entity: Entity,
): { connection: string; vmId: number } | undefined {
  const value = entity.metadata.annotations?.[ANNOTATION_PROXMOX_GUEST] ?? '';
  const match = /^([^/]+)\/(\d+)$/.exec(value);
  return match ? { connection: match[1], vmId: Number(match[2]) } : undefined;
}

/** Name of the onboarded server that an entity stands for; undefined when it stands for a guest, or for none. */
export function serverOf(entity: Entity): string | undefined {
  const { annotations, name } = entity.metadata;
  return annotations?.[ANNOTATION_SERVER] && !guestOf(entity)
    ? name
    : undefined;
}
