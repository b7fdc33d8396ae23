import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Badge, ButtonIcon, Text } from '@backstage/ui';
import { RiStarFill, RiStarLine, RiTimerLine } from '@remixicon/react';
import type { TemplateDurationsResponse } from '@nante/plugin-infrastructure-common';
import { Link } from 'react-router-dom';
import { refName, stopwatch } from '../components/format';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Create.module.css';
import type { TemplateCardData } from './templates';

/** How long it usually takes, and how long it should. */
function Duration(props: {
  template: TemplateCardData;
  measured?: TemplateDurationsResponse[string];
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { measured } = props;
  const { targetSeconds } = props.template;
  if (!measured && !targetSeconds) return null;
  const target = targetSeconds ? stopwatch(targetSeconds) : '';
  const time = measured ? stopwatch(measured.usualSeconds) : '';
  const sentence = () => {
    if (!measured) return t('create.target', { target });
    return target
      ? t('create.usuallyTarget', { time, target })
      : t('create.usually', { time });
  };
  return (
    <span
      className={styles.duration}
      title={measured && t('create.runs', { count: measured.runs })}
    >
      <RiTimerLine size={16} aria-hidden="true" />
      {sentence()}
    </span>
  );
}

/** A template: what it makes, how long that takes, whose it is; all of it leads to its form. */
export function TemplateCard(props: {
  template: TemplateCardData;
  measured?: TemplateDurationsResponse[string];
  isStarred: boolean;
  /** Permission that the person lacks for it. */
  lacks?: string;
  onStar(): void;
}) {
  const { template, lacks } = props;
  const { title, description, creates, tags, owner } = template;
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  return (
    <article
      className={`${styles.card} ${lacks ? styles.refused : ''}`}
      aria-label={title}
    >
      <div className={styles.cardHead}>
        {lacks ? (
          <Text as="h3" weight="bold" color="secondary">
            {title}
          </Text>
        ) : (
          <h3 className={styles.cardTitle}>
            {/* The link is as large as the card. */}
            <Link
              className={styles.cardLink}
              to={links.anyTemplate(template.namespace, template.name)}
            >
              {title}
            </Link>
          </h3>
        )}
        <ButtonIcon
          className={styles.star}
          size="small"
          variant="tertiary"
          icon={props.isStarred ? <RiStarFill /> : <RiStarLine />}
          aria-label={t(props.isStarred ? 'create.unstar' : 'create.star', {
            title,
          })}
          onPress={props.onStar}
        />
      </div>
      <p className={styles.description}>{description}</p>
      {creates.length > 0 && (
        <div className={styles.creates}>
          <span className={styles.quiet}>{t('create.creates')}</span>
          <ul>
            {creates.map(thing => (
              <li key={thing}>{thing}</li>
            ))}
          </ul>
        </div>
      )}
      {lacks && (
        <p className={styles.reason}>
          {t('create.needs', { permission: lacks })}
        </p>
      )}
      <div className={styles.cardFoot}>
        <Duration template={template} measured={props.measured} />
        <span className={styles.line}>
          <span className={styles.tags}>
            {tags.map(tag => (
              <Badge key={tag} size="small">
                {tag}
              </Badge>
            ))}
          </span>
          {owner && (
            <span className={styles.quiet}>
              {t('create.owner', { owner: refName(owner) })}
            </span>
          )}
        </span>
      </div>
    </article>
  );
}
