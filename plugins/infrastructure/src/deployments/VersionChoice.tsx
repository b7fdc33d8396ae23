import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Radio,
  RadioGroup,
  Select,
  Skeleton,
  Text,
} from '@backstage/ui';
import { infrastructureTranslationRef } from '../translation';
import type { Intent } from './actions';
import type { VersionChoices } from './useVersionChoice';

/** Up to this many versions are shown side by side; more of them are a list that opens. */
const SHOWN = 10;

/** Choice of a release out of those that can be deployed, or gone back to. */
export function VersionChoice(props: {
  kind: Intent['kind'];
  choice: VersionChoices;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { choices, version, setChosen, error, isLoading } = props.choice;
  if (error) {
    return (
      <Alert
        role="alert"
        status="danger"
        icon
        title={t('deployments.dialog.loadFailed')}
        description={error.message}
      />
    );
  }
  if (isLoading) {
    return (
      <div role="status" aria-busy="true">
        <Text color="secondary">{t('deployments.dialog.loading')}</Text>
        <Skeleton height={48} />
      </div>
    );
  }
  if (!choices?.length) {
    return (
      <Text as="p">
        {t(
          props.kind === 'rollback'
            ? 'deployments.dialog.noReleases'
            : 'deployments.dialog.noVersions',
        )}
      </Text>
    );
  }
  if (choices.length > SHOWN) {
    return (
      <Select
        label={t('deployments.dialog.version')}
        options={choices}
        value={version}
        onChange={key => setChosen(String(key))}
      />
    );
  }
  return (
    <RadioGroup
      label={t('deployments.dialog.version')}
      value={version}
      onChange={setChosen}
    >
      {choices.map(({ value, label }) => (
        <Radio key={value} value={value}>
          {label}
        </Radio>
      ))}
    </RadioGroup>
  );
}
