import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { PlacementOptions } from '@nante/plugin-infrastructure-common';
import { age, percent, refName } from '../components/format';
import { useNow } from '../hooks/useNow';
import { infrastructureTranslationRef } from '../translation';
import styles from './fields.module.css';
import { type PlacementValue, afterwards } from './placementChoices';

/** Figures older than this say so, milliseconds. */
const OLD_MS = 30_000;

/** What the choice means: network, memory of the node afterwards, quota. */
export function PlacementFooter(props: {
  value: PlacementValue;
  options: PlacementOptions;
  /** Chosen owner; without one all quotas of the person are shown. */
  owner?: string;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const now = useNow(5_000);
  const { options, owner } = props;
  const { network } = options;
  const after = afterwards(props.value, options);
  const old = now - Date.parse(options.observedAt);
  const own = options.quota.filter(quota => !owner || quota.owner === owner);

  const addressing =
    network.addressing === 'dhcp'
      ? t('field.placement.dhcp')
      : t('field.placement.free', { count: network.free ?? 0 });
  return (
    <div className={styles.footer} role="status">
      <span>
        {t('field.placement.network', {
          bridge: network.bridge,
          vlan:
            network.vlan === null
              ? t('field.environment.untagged')
              : t('field.environment.vlan', { vlan: String(network.vlan) }),
          subnet: network.subnet,
        })}
        {`, ${addressing}`}
      </span>
      {after && (
        <span>
          {t('field.placement.afterwards', {
            node: after.node,
            percent: percent(after.part),
          })}
        </span>
      )}
      {own.map(quota => (
        <span key={quota.owner}>
          {t(
            quota.used >= quota.limit
              ? 'field.placement.quotaFull'
              : 'field.placement.quota',
            {
              owner: refName(quota.owner),
              used: String(quota.used),
              limit: String(quota.limit),
            },
          )}
        </span>
      ))}
      {old > OLD_MS && (
        <span>{t('field.placement.age', { age: age(old) })}</span>
      )}
    </div>
  );
}
