import { ButtonIcon, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import type {
  DeploymentCell,
  DeploymentEnvironment,
  DeploymentProject,
} from '@nante/plugin-infrastructure-common';
import { RiArrowDownCircleFill, RiMore2Line } from '@remixicon/react';
import { Label } from '../components/StateLabel';
import { taskGoesOn, taskLooks, taskWord } from '../components/TaskStateLabel';
import { age, clock } from '../components/format';
import type { Links } from '../navigation';
import type { Sentences } from '../translation';
import styles from './Matrix.module.css';
import { type Intent, type MenuEntry, cellEntries } from './actions';
import { shownCell } from './filterDeployments';

/** What all cells of a matrix share. */
export interface CellContext {
  t: Sentences;
  links: Links;
  /** Goes to an address. */
  go(href: string): void;
  environments: DeploymentEnvironment[];
  /** The newest success is shown instead of the newest attempt. */
  successful: boolean;
  /** Time of the ages, milliseconds. */
  now: number;
  onIntent(intent: Intent): void;
  onOpenMenu(place: string): void;
}

export interface CellProps {
  context: CellContext;
  project: DeploymentProject;
  environment: DeploymentEnvironment;
  cell?: DeploymentCell;
  place: string;
  /** It is in the tab order: of all cells it alone. */
  isCurrent: boolean;
  /** Its menu was opened; until another one is, so that the focus has a place to return to. */
  hasMenu: boolean;
}

function entryText(t: Sentences, entry: MenuEntry): string {
  const { id, environment, version } = entry;
  if (id === 'promote') {
    return environment
      ? t('deployments.action.promote', { version: version ?? '', environment })
      : t('deployments.action.promoteNext');
  }
  if (id === 'redeploy') {
    return t('deployments.action.redeploy', { version: version ?? '' });
  }
  return t(`deployments.action.${id}`);
}

function CellMenu(props: CellProps & { cell: DeploymentCell }) {
  const { context, project, environment, cell } = props;
  const { t, links, go } = context;
  const label = t('deployments.menu', {
    project: project.name,
    environment: environment.name,
  });
  const tabIndex = props.isCurrent ? 0 : -1;
  if (!props.hasMenu) {
    // A menu of the library in each of thousands of cells would make the page slow: only the one in use has it.
    return (
      <button
        type="button"
        className={styles.more}
        aria-label={label}
        aria-haspopup="menu"
        tabIndex={tabIndex}
        data-menu="closed"
        onClick={() => context.onOpenMenu(props.place)}
      >
        <RiMore2Line size={16} aria-hidden="true" />
      </button>
    );
  }
  const { deploymentId } = cell;
  return (
    <MenuTrigger defaultOpen>
      <ButtonIcon
        size="small"
        variant="tertiary"
        icon={<RiMore2Line />}
        aria-label={label}
        data-menu="open"
      />
      <Menu aria-label={label}>
        {cellEntries(project, environment, cell, context.environments).map(
          entry => (
            <MenuItem
              key={entry.id}
              isDisabled={entry.reason !== undefined}
              textValue={entryText(t, entry)}
              onAction={() => context.onIntent(entry.intent)}
            >
              <span
                className={
                  entry.reason === undefined ? styles.entry : styles.refused
                }
              >
                {entryText(t, entry)}
                {entry.reason && (
                  <span className={styles.reason}>{entry.reason}</span>
                )}
              </span>
            </MenuItem>
          ),
        )}
        {deploymentId && (
          <MenuItem
            key="details"
            onAction={() =>
              go(links.deployment(project.connection, deploymentId))
            }
          >
            {t('deployments.action.details')}
          </MenuItem>
        )}
      </Menu>
    </MenuTrigger>
  );
}

/** How many releases it is behind the environment on its left. */
function Behind(props: CellProps & { count: number }) {
  const { t, environments } = props.context;
  const before = environments[environments.indexOf(props.environment) - 1];
  return (
    <span
      className={styles.behind}
      title={
        before &&
        t('deployments.behindWhat', {
          count: props.count,
          environment: before.name,
        })
      }
    >
      <RiArrowDownCircleFill size={14} aria-hidden="true" />
      {t('deployments.behind', { count: props.count })}
    </span>
  );
}

function Deployed(props: CellProps & { cell: DeploymentCell }) {
  const { context, project, cell } = props;
  const { t, links, now, successful } = context;
  const shown = shownCell(cell, successful);
  if (!shown?.deploymentId) {
    return <span className={styles.quiet}>{t('deployments.never')}</span>;
  }
  const native = (shown.isNewest && cell.state) || 'Success';
  const word = shown.isNewest ? taskWord({ ...cell, state: native }) : native;
  return (
    <div className={styles.facts}>
      <span className={styles.line}>
        <a
          className={styles.version}
          href={links.deployment(project.connection, shown.deploymentId)}
          tabIndex={props.isCurrent ? 0 : -1}
        >
          {shown.version}
        </a>
        {taskGoesOn(cell.state) && (
          <span
            className={styles.dot}
            role="img"
            aria-label={t('deployments.running')}
            title={t('deployments.running')}
          />
        )}
      </span>
      <span className={styles.line}>
        <Label
          look={taskLooks[word]}
          word={t(`task.${word}`)}
          title={t('task.native', { word: native })}
          spins={word === 'Executing'}
        />
        {shown.at && (
          <time
            className={styles.quiet}
            dateTime={shown.at}
            title={clock(shown.at)}
          >
            {age(now - Date.parse(shown.at))}
          </time>
        )}
      </span>
      {shown.isNewest && cell.lastGood && cell.state !== 'Success' && (
        <a
          className={styles.good}
          href={links.deployment(
            project.connection,
            cell.lastGood.deploymentId,
          )}
          tabIndex={props.isCurrent ? 0 : -1}
        >
          {t('deployments.lastGood', { version: cell.lastGood.version })}
        </a>
      )}
      {Boolean(cell.behind) && <Behind {...props} count={cell.behind ?? 0} />}
    </div>
  );
}

/** A project in an environment. */
export function MatrixCell(props: CellProps) {
  const { context, project, cell, place, isCurrent } = props;
  const { t } = context;
  const inside = () => {
    if (!cell || cell.kind === 'unreachable') {
      return (
        <span
          className={styles.quiet}
          title={t('deployments.unreachableWhat', { project: project.name })}
        >
          {t('deployments.unreachable')}
        </span>
      );
    }
    if (cell.kind === 'never') {
      return (
        <span className={styles.quiet} title={t('deployments.neverHere')}>
          {t('deployments.never')}
        </span>
      );
    }
    return <Deployed {...props} cell={cell} />;
  };
  const hasEntries =
    cell && (cell.deploymentId || cell.deploy || cell.rollback);
  return (
    <td
      role="gridcell"
      tabIndex={isCurrent ? 0 : -1}
      data-place={place}
      data-kind={cell?.kind ?? 'unreachable'}
      className={styles.cell}
    >
      <div className={styles.inside}>
        {inside()}
        {cell && hasEntries && <CellMenu {...props} cell={cell} />}
      </div>
    </td>
  );
}
