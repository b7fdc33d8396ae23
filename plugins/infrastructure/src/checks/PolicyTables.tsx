import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Skeleton, Text } from '@backstage/ui';
import {
  type PolicyResponse,
  hostReadPermission,
} from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { Facts } from '../components/Facts';
import { Problem } from '../components/Problem';
import { SimpleTable } from '../components/SimpleTable';
import { bytes } from '../components/format';
import { useLive } from '../hooks/useLive';
import { infrastructureTranslationRef, type Sentences } from '../translation';
import styles from './ChecksPage.module.css';

type SizeFigures = { cores: number; memoryMb: number; diskGb: number };

function sizeText(t: Sentences, { cores, memoryMb, diskGb }: SizeFigures) {
  return t('checks.sizeValue', {
    cores: t('hosts.cores', { count: cores }),
    memory: bytes(memoryMb * 1024 ** 2),
    disk: bytes(diskGb * 1024 ** 3),
  });
}

function networkText(
  t: Sentences,
  { vlan, subnet, addressing }: PolicyResponse['environments'][number],
) {
  const tag =
    vlan === null
      ? t('checks.untagged')
      : t('checks.vlan', { vlan: String(vlan) });
  return `${tag}, ${subnet}, ${t(`checks.addressing.${addressing}`)}`;
}

/** Environments, sizes and limits, as they are configured. */
export function PolicyTables() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const load = useCallback((signal: AbortSignal) => api.policy(signal), [api]);
  const { data, error, reload } = useLive(load, { intervalMs: 0 });
  if (!data)
    return error ? (
      <Problem
        error={error}
        permission={hostReadPermission.name}
        onRetry={reload}
      />
    ) : (
      <Skeleton height={180} />
    );
  const { environments, sizes, policy } = data;
  const who = (restricted: boolean) =>
    t(restricted ? 'checks.operators' : 'checks.everybody');
  const list = (names: string[]) => names.join(', ') || t('checks.any');
  return (
    <section aria-labelledby="policy" className={styles.groups}>
      <div>
        <Text as="h2" id="policy" variant="title-x-small" weight="bold">
          {t('checks.policy')}
        </Text>
        <Text as="p" color="secondary">
          {t('checks.policyWhat')}
        </Text>
      </div>
      <SimpleTable
        caption={t('checks.environment')}
        columns={[
          t('checks.environment'),
          t('checks.connection'),
          t('checks.network'),
          t('checks.sizes'),
          t('checks.mesh'),
          t('checks.telemetry'),
          t('checks.who'),
        ]}
        rows={environments.map(one => ({
          key: one.name,
          cells: [
            `${one.title} (${one.name})`,
            one.connection,
            networkText(t, one),
            one.sizes.join(', '),
            one.mesh ?? t('checks.none'),
            one.telemetry ?? t('checks.none'),
            who(one.restricted),
          ],
        }))}
      />
      <SimpleTable
        caption={t('checks.sizes')}
        columns={[t('checks.size'), t('host.size'), t('checks.who')]}
        rows={sizes.map(size => ({
          key: size.name,
          cells: [
            `${size.title} (${size.name})`,
            sizeText(t, size),
            who(size.restricted),
          ],
        }))}
      />
      <div>
        <Text as="h3" weight="bold">
          {t('checks.limits')}
        </Text>
        <Facts
          facts={[
            {
              label: t('checks.hostsPerOwner'),
              value: String(policy.hostsPerOwner),
            },
            { label: t('checks.maximum'), value: sizeText(t, policy.maximum) },
            {
              label: t('checks.kinds'),
              value: policy.kinds.map(kind => t(`kind.${kind}`)).join(', '),
            },
            { label: t('checks.user'), value: policy.user },
            { label: t('checks.nodes'), value: list(policy.nodes) },
            { label: t('checks.storages'), value: list(policy.storages) },
          ]}
        />
      </div>
    </section>
  );
}
