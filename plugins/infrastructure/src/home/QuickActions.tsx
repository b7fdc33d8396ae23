import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import type { BasicPermission } from '@backstage/plugin-permission-common';
import {
  releaseCreatePermission,
  hostCreatePermission,
} from '@nante/plugin-infrastructure-common';
import {
  RiArrowRightCircleLine,
  RiBox3Line,
  RiComputerLine,
  RiInboxArchiveLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import { Link } from 'react-router-dom';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Home.module.css';

const actions = [
  {
    template: 'new-virtual-machine',
    icon: RiComputerLine,
    permission: hostCreatePermission,
  },
  {
    template: 'new-container',
    icon: RiBox3Line,
    permission: hostCreatePermission,
  },
  {
    template: 'deploy-release',
    icon: RiArrowRightCircleLine,
    permission: releaseCreatePermission,
  },
  {
    template: 'onboard-host',
    icon: RiInboxArchiveLine,
    permission: hostCreatePermission,
  },
] as const satisfies {
  template: string;
  icon: RemixiconComponentType;
  permission: BasicPermission;
}[];

function Action(props: { action: (typeof actions)[number] }) {
  const { template, permission } = props.action;
  const Icon = props.action.icon;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const { allowed, loading } = usePermission({ permission });
  const isRefused = !loading && !allowed;
  const inside = (
    <>
      <span className={styles.actionIcon} aria-hidden="true">
        <Icon size={20} />
      </span>
      <span className={styles.actionWords}>
        <span className={styles.actionTitle}>
          {t(`home.quick.${template}`)}
        </span>
        <span className={styles.quiet}>
          {isRefused
            ? t('home.quick.needs', { permission: permission.name })
            : t(`home.quick.${template}What`)}
        </span>
      </span>
    </>
  );
  return isRefused ? (
    <span className={`${styles.action} ${styles.refused}`} aria-disabled="true">
      {inside}
    </span>
  ) : (
    <Link className={styles.action} to={links.template(template)}>
      {inside}
    </Link>
  );
}

/** The four things that people come for; what somebody may not do says so. */
export function QuickActions() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <nav className={styles.actions} aria-label={t('home.quick.label')}>
      {actions.map(action => (
        <Action key={action.template} action={action} />
      ))}
    </nav>
  );
}
