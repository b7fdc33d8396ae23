import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select, TextField } from '@backstage/ui';
import type { PlacementOptions } from '@nante/plugin-infrastructure-common';
import { bytes, percent } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import styles from './fields.module.css';
import {
  type PlacementValue,
  type Reason,
  imageReason,
  nodeReason,
  sizeOf,
  storageReason,
} from './placementChoices';

const AUTOMATIC = '';

interface Part {
  value: PlacementValue;
  onChange(value: PlacementValue): void;
}

/** Node, storage and image with their live figures; the best ones are chosen unless the person chooses. */
export function LiveSelects(props: Part & { options: PlacementOptions }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { value, options, onChange } = props;
  const size = sizeOf(value, options);

  const because = (reason: Reason | undefined, detail: object = {}) =>
    reason
      ? ` (${t(`field.placement.${reason}`, { node: value.node ?? '', disk: '', ...detail } as never)})`
      : '';
  const best = options.nodes.find(({ bestFit }) => bestFit);
  const bestStorage = options.storages.find(({ bestFit }) => bestFit);

  const nodes = options.nodes.map(node => {
    const reason = nodeReason(node, size?.memoryMb);
    const free = node.memory - (node.memoryUsed ?? 0);
    const figures = t('field.placement.nodeFigures', {
      free: node.memory > 0 ? bytes(free) : t('meter.unknown'),
      cpu: node.cpu === undefined ? t('meter.unknown') : percent(node.cpu),
      guests: String(node.guests),
    });
    return {
      value: node.name,
      label: `${node.name}: ${figures}${because(reason)}`,
      disabled: reason !== undefined,
    };
  });
  const storages = options.storages.map(storage => {
    const reason = storageReason(storage, value.node, size?.diskGb);
    const figures = t('field.placement.storageFigures', {
      free: bytes(storage.size - storage.used),
      total: bytes(storage.size),
    });
    const shared = storage.shared ? `, ${t('field.placement.shared')}` : '';
    return {
      value: storage.name,
      label: `${storage.name}: ${figures}${shared}${because(reason)}`,
      disabled: reason !== undefined,
    };
  });
  const images = options.images.map(image => {
    const reason = imageReason(image, value.node, size?.diskGb);
    return {
      value: image.id,
      label: `${image.title}${because(reason, { disk: String(image.minimumDiskGb ?? '') })}`,
      disabled: reason !== undefined,
    };
  });

  return (
    <div className={styles.row}>
      <Choice
        label={t('field.placement.node')}
        automatic={
          best
            ? t('field.placement.automaticNode', { name: best.name })
            : t('field.placement.automatic')
        }
        value={value.node}
        options={nodes}
        onChange={node => onChange({ ...value, node })}
      />
      <Choice
        label={t('field.placement.storage')}
        automatic={
          bestStorage
            ? t('field.placement.automaticStorage', { name: bestStorage.name })
            : t('field.placement.automatic')
        }
        value={value.storage}
        options={storages}
        onChange={storage => onChange({ ...value, storage })}
      />
      <Choice
        label={t('field.placement.image')}
        automatic={t('field.placement.automaticImage')}
        value={value.image}
        options={images}
        onChange={image => onChange({ ...value, image })}
      />
    </div>
  );
}

function Choice(props: {
  label: string;
  automatic: string;
  value?: string;
  options: { value: string; label: string; disabled: boolean }[];
  onChange(value: string | undefined): void;
}) {
  return (
    <Select
      label={props.label}
      options={[{ value: AUTOMATIC, label: props.automatic }, ...props.options]}
      value={props.value ?? AUTOMATIC}
      onChange={key =>
        props.onChange(
          key === AUTOMATIC || key === null ? undefined : String(key),
        )
      }
    />
  );
}

/** The same three without live figures, while Proxmox doesn't answer. */
export function PlainInputs({ value, onChange }: Part) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const input = (name: 'node' | 'storage' | 'image') => (
    <TextField
      label={t(`field.placement.${name}`)}
      placeholder={t('field.placement.automatic')}
      value={value[name] ?? ''}
      onChange={text => onChange({ ...value, [name]: text || undefined })}
    />
  );
  return (
    <div className={styles.row}>
      {input('node')}
      {input('storage')}
      {input('image')}
    </div>
  );
}
