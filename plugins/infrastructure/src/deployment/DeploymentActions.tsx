import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import type { DeploymentDetailResponse } from '@nante/plugin-infrastructure-common';
import {
  RiArrowGoBackLine,
  RiArrowRightCircleLine,
  RiCloseLine,
  RiRestartLine,
} from '@remixicon/react';
import type { ReactElement } from 'react';
import type { Intent } from '../deployments/actions';
import { type Sentences, infrastructureTranslationRef } from '../translation';
import styles from './DeploymentPage.module.css';

/** An action of a deployment, with the reason where it can't be done now. */
export interface DeploymentAction {
  id: string;
  label: string;
  icon: ReactElement;
  /** Absent where it can be done. */
  reason?: string;
  intent: Intent;
}

/** What can be done with a deployment, in the order of its buttons. */
export function actionsOf(
  t: Sentences,
  detail: DeploymentDetailResponse,
  goesOn: boolean,
): DeploymentAction[] {
  const { connection, project, release, id } = detail;
  const base = { connection, project, version: release.version };
  const here = { ...base, environment: detail.environment };
  const why = (action: { allowed: boolean; reason?: string }) =>
    action.allowed ? undefined : (action.reason ?? '');
  const actions: DeploymentAction[] = detail.promote.map(next => ({
    id: `promote-${next.environmentId}`,
    label: t('deployment.action.promote', {
      environment: next.environmentName,
    }),
    icon: <RiArrowRightCircleLine />,
    reason: why(next),
    intent: {
      ...base,
      kind: 'promote',
      environment: {
        id: next.environmentId,
        name: next.environmentName,
        restricted: next.restricted ?? false,
      },
    },
  }));
  actions.push(
    {
      id: 'redeploy',
      label: t('deployment.action.redeploy'),
      icon: <RiRestartLine />,
      reason: why(detail.redeploy),
      intent: { ...here, kind: 'redeploy' },
    },
    {
      id: 'rollback',
      label: t('deployment.action.rollback'),
      icon: <RiArrowGoBackLine />,
      reason: why(detail.rollback),
      intent: {
        ...here,
        version: undefined,
        kind: 'rollback',
        releases: detail.rollback.releases,
      },
    },
  );
  // What has ended can't be canceled: no button is clearer than one with a reason.
  if (goesOn) {
    actions.push({
      id: 'cancel',
      label: t('deployment.action.cancel'),
      icon: <RiCloseLine />,
      reason: why(detail.cancel),
      intent: { ...here, kind: 'cancel', deploymentId: id },
    });
  }
  return actions;
}

/** Buttons of a deployment. */
export function DeploymentActions(props: {
  actions: DeploymentAction[];
  onIntent(intent: Intent): void;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  return (
    <div
      className={styles.actions}
      role="group"
      aria-label={t('deployment.action.label')}
    >
      {props.actions.map(({ id, label, icon, reason, intent }) => (
        <Button
          key={id}
          variant="secondary"
          iconStart={icon}
          isDisabled={reason !== undefined}
          onPress={() => props.onIntent(intent)}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}

/** Why some of the buttons can't be pressed, one line each. */
export function ActionReasons({ actions }: { actions: DeploymentAction[] }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  // Often one reason speaks against several of them.
  const labels = new Map<string, string[]>();
  for (const { label, reason } of actions) {
    if (reason) labels.set(reason, [...(labels.get(reason) ?? []), label]);
  }
  if (labels.size === 0) return null;
  return (
    <ul className={styles.reasons}>
      {[...labels].map(([reason, refused]) => (
        <li key={reason}>
          {t('deployment.action.mayNot', {
            action: refused.join(', '),
            reason,
          })}
        </li>
      ))}
    </ul>
  );
}
