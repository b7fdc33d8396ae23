import type { Entity } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import {
  ANNOTATION_ARTIFACTS,
  type ArtifactVersion,
  type ArtifactsResponse,
} from '@nante/plugin-infrastructure-common';
import { CopyText } from '../components/CopyText';
import { infrastructureTranslationRef } from '../translation';
import styles from './ArtifactsContent.module.css';

/** The annotation that names what is shown, or an example of one, to be copied. */
export function Annotation(props: {
  example?: ArtifactVersion;
  component?: string;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const names = props.example?.artifacts.map(
    ({ connection, repository, name }) => `${connection}/${repository}/${name}`,
  ) ?? [`nexus/maven-releases/com.example:${props.component}`];
  return (
    <CopyText
      text={`${ANNOTATION_ARTIFACTS}: ${names.join(',')}`}
      what={t('artifacts.annotation')}
    />
  );
}

/** Why there is no artifact, and what comes next. */
export function NothingYet(props: {
  entity: Entity;
  found: ArtifactsResponse['found'];
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const component = props.entity.metadata.name;
  const annotated = props.found === 'annotation';
  return (
    <div className={styles.stack}>
      <Text as="p" weight="bold">
        {t('artifacts.nothing', { component })}
      </Text>
      <Text as="p">
        {t(annotated ? 'artifacts.nothingAnnotated' : 'artifacts.nothingFound')}
      </Text>
      {annotated ? (
        <CopyText
          text={`nante publish --app ${component} --nexus nexus --repository maven-releases --format maven2 --group com.example --artifact ${component} --version 1.0.0 --file ${component}.zip`}
          what={t('artifacts.publishCommand')}
        />
      ) : (
        <Annotation component={component} />
      )}
    </div>
  );
}
