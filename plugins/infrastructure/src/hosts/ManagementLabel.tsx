import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Badge } from '@backstage/ui';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import {
  RiAlertLine,
  RiEyeLine,
  RiGhostLine,
  RiServerLine,
  RiShieldCheckLine,
} from '@remixicon/react';
import { infrastructureTranslationRef } from '../translation';

const icons = {
  managed: <RiShieldCheckLine size={14} aria-hidden="true" />,
  onboarded: <RiServerLine size={14} aria-hidden="true" />,
  unmanaged: <RiEyeLine size={14} aria-hidden="true" />,
  mismatch: <RiAlertLine size={14} aria-hidden="true" />,
  missing: <RiGhostLine size={14} aria-hidden="true" />,
};

/** Whether Terraform owns a host, and whether our records of it agree. */
export function ManagementLabel(props: {
  host: Pick<HostSummary, 'management' | 'managementDetail' | 'workspace'>;
}) {
  const { management, managementDetail, workspace } = props.host;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const titles = {
    managed: workspace ? t('hosts.managedWhat', { workspace }) : undefined,
    onboarded: t('hosts.onboardedWhat'),
    unmanaged: t('hosts.unmanagedWhat'),
    mismatch: undefined,
    missing: t('hosts.missingWhat'),
  };
  return (
    <span title={managementDetail ?? titles[management]}>
      <Badge size="small" icon={icons[management]}>
        {t(`hosts.${management}`)}
      </Badge>
    </span>
  );
}
