import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { VisuallyHidden } from '@backstage/ui';
import type {
  DeploymentEnvironment,
  DeploymentProject,
} from '@nante/plugin-infrastructure-common';
import {
  Fragment,
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useId,
  useMemo,
  useState,
} from 'react';
import { useGrowing } from '../hooks/useGrowing';
import { useNow } from '../hooks/useNow';
import { useGo, useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import { EnvironmentHead } from './EnvironmentHead';
import styles from './Matrix.module.css';
import { MatrixRow } from './MatrixRow';
import type { CellContext } from './MatrixCell';
import type { Intent } from './actions';
import { groupProjects } from './filterDeployments';
import { useGridKeys } from './useGridKeys';

/** Ages are in minutes at the least: thousands of cells are not drawn anew for less. */
const AGES_MS = 30_000;

/** Rows that are drawn at once, more than fit on a screen, and how many more each time after that. */
const FIRST_ROWS = 25;
const MORE_ROWS = 25;

/** Projects of one connection in its environments. */
export function Matrix(props: {
  connection: string;
  environments: DeploymentEnvironment[];
  projects: DeploymentProject[];
  by: 'group' | 'owner';
  successful: boolean;
  onIntent(intent: Intent): void;
}) {
  const { environments, projects, by, successful, onIntent } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const go = useGo();
  const hint = useId();
  const now = useNow(AGES_MS);
  const [menu, setMenu] = useState<string>();
  const groups = useMemo(
    () => groupProjects(projects, by, t('deployments.filter.noOwner')),
    [projects, by, t],
  );
  const drawn = useGrowing(projects.length, FIRST_ROWS, MORE_ROWS);
  const keys = useGridKeys({
    rows: projects.length,
    columns: environments.length + 1,
  });
  const context = useMemo<CellContext>(
    () => ({
      t,
      links,
      go,
      environments,
      successful,
      now,
      onIntent,
      onOpenMenu: setMenu,
    }),
    [t, links, go, environments, successful, now, onIntent],
  );

  const { onKeyDown: move } = keys;
  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLTableElement>) => {
      const cell = event.target as HTMLElement;
      if (cell.dataset.place && event.key === 'Enter') {
        const link = cell.querySelector('a:not([target])');
        const href = link?.getAttribute('href');
        if (href) go(href);
      } else if (
        cell.dataset.place &&
        (event.key === ' ' || event.key === 'ContextMenu')
      ) {
        event.preventDefault();
        cell.querySelector<HTMLElement>('[data-menu]')?.click();
      } else move(event);
    },
    [go, move],
  );

  // One listener for all cells: a link of the library in each of them would make the page slow.
  const onClick = useCallback(
    (event: MouseEvent<HTMLTableElement>) => {
      const link = (event.target as HTMLElement).closest('a');
      const aside = event.metaKey || event.ctrlKey || event.shiftKey;
      if (!link || link.target || aside || event.button !== 0) return;
      event.preventDefault();
      go(link.getAttribute('href') ?? '');
    },
    [go],
  );

  let row = -1;
  return (
    <div className={styles.scroll}>
      <VisuallyHidden id={hint}>{t('deployments.keys')}</VisuallyHidden>
      <table
        ref={keys.table}
        role="grid"
        className={styles.matrix}
        aria-label={t('deployments.table', { connection: props.connection })}
        aria-describedby={hint}
        onKeyDown={onKeyDown}
        onFocus={keys.onFocus}
        onClick={onClick}
      >
        <thead>
          <tr>
            <th scope="col" className={styles.corner}>
              {t('deployments.project')}
            </th>
            {environments.map(environment => (
              <EnvironmentHead
                key={environment.id}
                t={t}
                environment={environment}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(group => {
            if (row + 1 >= drawn) return null;
            return (
              <Fragment key={group.name}>
                <tr className={styles.group}>
                  <th scope="rowgroup" colSpan={environments.length + 1}>
                    <span className={styles.groupName}>{group.name}</span>
                  </th>
                </tr>
                {group.projects.map(project => {
                  row += 1;
                  if (row >= drawn) return null;
                  const isCurrent = keys.row === row;
                  return (
                    <MatrixRow
                      key={project.id}
                      context={context}
                      project={project}
                      row={row}
                      currentColumn={isCurrent ? keys.column : -1}
                      menu={menu?.startsWith(`${row},`) ? menu : undefined}
                    />
                  );
                })}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
