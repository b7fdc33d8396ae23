import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, ButtonIcon, Text } from '@backstage/ui';
import type { RoleArgument, RoleDescription } from '@nante/model';
import {
  RiArrowDownLine,
  RiArrowUpLine,
  RiDeleteBinLine,
} from '@remixicon/react';
import { useState } from 'react';
import { infrastructureTranslationRef } from '../translation';
import { ArgumentField } from './ArgumentField';
import styles from './fields.module.css';
import { inputOf, withArgument } from './roleArguments';

type Arguments = Record<string, unknown>;

export interface RoleCardProps {
  name: string;
  /** Undefined where the portal has no such role. */
  role?: RoleDescription;
  values: Arguments;
  /** Place among the chosen roles, from 0, and how many there are. */
  position: number;
  count: number;
  onChange(values: Arguments): void;
  onMove(by: -1 | 1): void;
  onRemove(): void;
}

/** What is asked for at once: what has to be given, what consists of parts, and what was given already. */
function isFirst(argument: RoleArgument, values: Arguments): boolean {
  return (
    argument.required ||
    argument.name in values ||
    ['group', 'groups'].includes(inputOf(argument))
  );
}

/** A chosen role: its place in the order, and its arguments, those that one can do without folded away. */
export function RoleCard(props: RoleCardProps) {
  const { name, role, values, position, count } = props;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  // Once for all, so that no field moves while somebody types into it.
  const [first] = useState(
    () =>
      new Set(
        role?.arguments
          .filter(argument => isFirst(argument, values))
          .map(argument => argument.name),
      ),
  );
  const field = (argument: RoleArgument) => (
    <ArgumentField
      key={argument.name}
      argument={argument}
      role={name}
      value={values[argument.name]}
      onChange={value => props.onChange(withArgument(values, argument, value))}
    />
  );
  const shown = role?.arguments.filter(({ name: n }) => first.has(n)) ?? [];
  const folded = role?.arguments.filter(({ name: n }) => !first.has(n)) ?? [];
  return (
    <li className={styles.role} aria-label={name}>
      <div className={styles.bar}>
        <div>
          <Text as="h3" weight="bold">{`${position + 1}. ${name}`}</Text>
          {role && <Text color="secondary">{role.title}</Text>}
        </div>
        <div className={styles.buttons}>
          <ButtonIcon
            size="small"
            variant="tertiary"
            icon={<RiArrowUpLine />}
            aria-label={t('field.software.up', { role: name })}
            isDisabled={position === 0}
            onPress={() => props.onMove(-1)}
          />
          <ButtonIcon
            size="small"
            variant="tertiary"
            icon={<RiArrowDownLine />}
            aria-label={t('field.software.down', { role: name })}
            isDisabled={position === count - 1}
            onPress={() => props.onMove(1)}
          />
          <ButtonIcon
            size="small"
            variant="tertiary"
            icon={<RiDeleteBinLine />}
            aria-label={t('field.software.remove', { role: name })}
            onPress={props.onRemove}
          />
        </div>
      </div>
      {!role && (
        <Alert
          role="alert"
          status="danger"
          icon
          title={t('field.software.problem.unknownRole', { role: name })}
        />
      )}
      {role && shown.length === 0 && folded.length === 0 && (
        <Text color="secondary">{t('field.software.noArguments')}</Text>
      )}
      {shown.map(field)}
      {folded.length > 0 && (
        <details className={styles.folded}>
          <summary>
            {t('field.software.more', { count: folded.length })}
          </summary>
          <div className={styles.stack}>{folded.map(field)}</div>
        </details>
      )}
    </li>
  );
}
