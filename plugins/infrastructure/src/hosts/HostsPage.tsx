import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  Alert,
  ButtonLink,
  Container,
  Flex,
  Header,
  Text,
} from '@backstage/ui';
import {
  hostCreatePermission,
  hostReadPermission,
} from '@nante/plugin-infrastructure-common';
import { RiAddLine } from '@remixicon/react';
import { useCallback, useMemo } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { ConnectionBanners, Freshness } from '../components/Freshness';
import { Problem } from '../components/Problem';
import { useLive } from '../hooks/useLive';
import { useLinks, useQueryValue, useSetQuery } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { AcceptButton } from './AcceptButton';
import { HostsTable } from './HostsTable';
import { HostsToolbar } from './HostsToolbar';
import { NodesBlock } from './NodesBlock';
import {
  type HostFilter,
  type HostRow,
  filterHosts,
  hostFilters,
} from './filterHosts';

/** Milliseconds between two looks where signals don't come through; figures change all the time. */
const LOOK_MS = 15_000;

function CreateButtons() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { allowed, loading } = usePermission({
    permission: hostCreatePermission,
  });
  if (loading) return null;
  if (!allowed) {
    return <Text color="secondary">{t('hosts.mayNotCreate')}</Text>;
  }
  return (
    <Flex gap="2">
      <ButtonLink
        variant="secondary"
        iconStart={<RiAddLine />}
        href={links.template('new-container')}
      >
        {t('hosts.newContainer')}
      </ButtonLink>
      <ButtonLink
        iconStart={<RiAddLine />}
        href={links.template('new-virtual-machine')}
      >
        {t('hosts.newVm')}
      </ButtonLink>
    </Flex>
  );
}

/** All guests of all connected clusters, live. */
export function HostsPage() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const api = useApi(infrastructureApiRef);
  const load = useCallback(
    (signal: AbortSignal) => api.listHosts(signal),
    [api],
  );
  const { data, error, updatedAt, reload } = useLive(load, {
    intervalMs: LOOK_MS,
    signal: { kind: 'hosts' },
  });

  const [show, setShow] = useQueryValue('show');
  const [kind, setKind] = useQueryValue('kind');
  const [search, setSearch] = useQueryValue('search');
  const query = useMemo(
    () => ({
      show: hostFilters.includes(show as HostFilter)
        ? (show as HostFilter)
        : ('all' as const),
      kind,
      search,
    }),
    [show, kind, search],
  );
  const rows = useMemo<HostRow[] | undefined>(
    () => data?.hosts.map(host => ({ ...host, id: host.entityRef })),
    [data],
  );
  const shown = useMemo(() => rows && filterHosts(rows, query), [rows, query]);
  const setQuery = useSetQuery();
  const clear = () => setQuery({ show: '', kind: '', search: '' });

  const body = () => {
    if (!data && error) {
      return (
        <Problem
          error={error}
          permission={hostReadPermission.name}
          onRetry={reload}
        />
      );
    }
    if (data?.connections.length === 0) {
      return (
        <Alert
          status="info"
          icon
          title={t('hosts.notConfigured')}
          description={t('hosts.notConfiguredWhat')}
        />
      );
    }
    return (
      <>
        <ConnectionBanners
          connections={data?.connections ?? []}
          error={error}
          updatedAt={updatedAt}
          actions={({ name, doubt }) =>
            doubt && (
              <AcceptButton
                connection={name}
                doubt={doubt}
                onAccepted={reload}
              />
            )
          }
        />
        {data && data.nodes.length > 0 && <NodesBlock nodes={data.nodes} />}
        {data?.hosts.length === 0 ? (
          <Text as="p">{t('hosts.empty')}</Text>
        ) : (
          <>
            <HostsToolbar
              hosts={data?.hosts ?? []}
              query={query}
              onShow={value => setShow(value === 'all' ? '' : value)}
              onKind={setKind}
              onSearch={setSearch}
            />
            <HostsTable hosts={shown} onClear={clear} />
          </>
        )}
      </>
    );
  };

  return (
    <>
      <Header
        title={t('hosts.table')}
        metadata={
          data && [
            {
              label: t('hosts.table'),
              value: String(data.hosts.length),
            },
            ...(data.monitored
              ? [
                  {
                    label: t('hosts.monitored'),
                    value: t('hosts.monitoredValue', {
                      reporting: String(data.monitored.reporting),
                      total: String(data.monitored.total),
                    }),
                  },
                ]
              : []),
          ]
        }
        customActions={
          <Flex gap="3" align="center">
            <Freshness updatedAt={updatedAt} onRefresh={reload} />
            <CreateButtons />
          </Flex>
        }
      />
      <Container>{body()}</Container>
    </>
  );
}
