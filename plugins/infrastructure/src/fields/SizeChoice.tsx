import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { NumberField, TextField } from '@backstage/ui';
import type { PlacementOptions } from '@nante/plugin-infrastructure-common';
import { bytes } from '../components/format';
import { infrastructureTranslationRef } from '../translation';
import { ChoiceCards } from './ChoiceCards';
import styles from './fields.module.css';
import type { PlacementValue } from './placementChoices';

const MIB = 1024 * 1024;
const CUSTOM = 'custom';

/** The configured sizes as cards, and figures of one's own up to the maximum of the policy. */
export function SizeChoice(props: {
  value: PlacementValue;
  /** Left out where nothing is known: the size is then typed. */
  options?: PlacementOptions;
  /** What a custom size starts from where no other was chosen before. */
  start?: { cores: number; memoryMb: number; diskGb: number };
  onChange(value: PlacementValue): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { value, options, onChange } = props;
  if (!options) {
    return (
      <TextField
        label={t('field.placement.size')}
        value={value.size ?? ''}
        onChange={size => onChange({ ...value, size: size || undefined })}
      />
    );
  }
  const { maximum } = options;
  const choose = (size: string) => {
    const { cores, memoryMb, diskGb, ...rest } = value;
    if (size !== CUSTOM) {
      onChange({ ...rest, size });
      return;
    }
    // A custom size starts from the one that was chosen before.
    const before =
      options.sizes.find(({ name }) => name === value.size) ?? props.start;
    onChange({
      ...rest,
      size,
      cores: cores ?? before?.cores ?? 1,
      memoryMb: memoryMb ?? before?.memoryMb ?? 1024,
      diskGb: diskGb ?? before?.diskGb ?? 10,
    });
  };
  return (
    <div className={styles.stack}>
      <ChoiceCards
        label={t('field.placement.size')}
        value={value.size}
        onChange={choose}
        choices={[
          ...options.sizes.map(size => ({
            id: size.name,
            title: size.title,
            lines: [
              t('field.placement.sizeValue', {
                cores: t('hosts.cores', { count: size.cores }),
                memory: bytes(size.memoryMb * MIB),
                disk: String(size.diskGb),
              }),
            ],
            reason: size.allowed
              ? undefined
              : (size.reason ?? t('field.placement.notAllowed')),
          })),
          {
            id: CUSTOM,
            title: t('field.placement.custom'),
            lines: [
              t('field.placement.customWhat', {
                cores: String(maximum.cores),
                memory: bytes(maximum.memoryMb * MIB),
                disk: String(maximum.diskGb),
              }),
            ],
          },
        ]}
      />
      {value.size === CUSTOM && (
        <div className={styles.row}>
          <NumberField
            label={t('field.placement.cores')}
            minValue={1}
            maxValue={maximum.cores}
            value={value.cores}
            onChange={cores => onChange({ ...value, cores })}
          />
          <NumberField
            label={t('field.placement.memory')}
            minValue={256}
            maxValue={maximum.memoryMb}
            step={256}
            value={value.memoryMb}
            onChange={memoryMb => onChange({ ...value, memoryMb })}
          />
          <NumberField
            label={t('field.placement.diskSize')}
            minValue={1}
            maxValue={maximum.diskGb}
            value={value.diskGb}
            onChange={diskGb => onChange({ ...value, diskGb })}
          />
        </div>
      )}
    </div>
  );
}
