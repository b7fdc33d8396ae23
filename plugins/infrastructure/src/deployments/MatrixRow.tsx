import type { DeploymentProject } from '@nante/plugin-infrastructure-common';
import { RiExternalLinkLine } from '@remixicon/react';
import { memo } from 'react';
import { refName } from '../components/format';
import styles from './Matrix.module.css';
import { type CellContext, MatrixCell } from './MatrixCell';

function Row(props: {
  context: CellContext;
  project: DeploymentProject;
  row: number;
  /** Column of the cell that is in the tab order; -1 where it is in another row. */
  currentColumn: number;
  /** Place of the cell whose menu is in use. */
  menu?: string;
}) {
  const { context, project, row, currentColumn } = props;
  const { t, links, environments } = context;
  const tabIndex = currentColumn === 0 ? 0 : -1;
  return (
    <tr>
      <th
        scope="row"
        className={styles.rowHead}
        tabIndex={tabIndex}
        data-place={`${row},0`}
      >
        <span className={styles.line}>
          {project.componentRef ? (
            <a
              className={styles.project}
              href={links.entity(project.componentRef)}
              tabIndex={tabIndex}
            >
              {project.name}
            </a>
          ) : (
            <span className={styles.project}>{project.name}</span>
          )}
          <a
            className={styles.outside}
            href={project.url}
            target="_blank"
            rel="noopener noreferrer"
            aria-label={t('deployments.openProject', { project: project.name })}
            tabIndex={tabIndex}
          >
            <RiExternalLinkLine size={14} aria-hidden="true" />
          </a>
        </span>
        <span className={styles.quiet}>
          {[
            project.owner && refName(project.owner),
            project.isDisabled && t('deployments.disabled'),
          ]
            .filter(Boolean)
            .join(', ')}
        </span>
      </th>
      {environments.map((environment, index) => {
        const place = `${row},${index + 1}`;
        return (
          <MatrixCell
            key={environment.id}
            context={context}
            project={project}
            environment={environment}
            cell={project.cells.find(
              ({ environmentId }) => environmentId === environment.id,
            )}
            place={place}
            isCurrent={currentColumn === index + 1}
            hasMenu={props.menu === place}
          />
        );
      })}
    </tr>
  );
}

/** A project with its cells. Rows whose project, ages and place stay the same are not drawn again. */
export const MatrixRow = memo(Row);
