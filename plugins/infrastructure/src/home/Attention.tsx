import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link, Text } from '@backstage/ui';
import {
  type HomeResponse,
  runReadPermission,
} from '@nante/plugin-infrastructure-common';
import {
  RiCheckDoubleLine,
  RiFocus3Line,
  RiGitBranchLine,
  RiPlayListAddLine,
  RiPlugLine,
  RiServerLine,
  RiUserVoiceLine,
  type RemixiconComponentType,
} from '@remixicon/react';
import { Age } from '../components/Age';
import { useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';
import styles from './Home.module.css';
import { Loaded } from './HomeCard';
import { useHome } from './useHome';

type Item = HomeResponse['attention'][number];

const icons: Record<Item['kind'], RemixiconComponentType> = {
  run: RiPlayListAddLine,
  host: RiServerLine,
  target: RiFocus3Line,
  pipeline: RiGitBranchLine,
  source: RiPlugLine,
  intervention: RiUserVoiceLine,
};

function Row({ item }: { item: Item }) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const Icon = icons[item.kind];
  return (
    <li className={styles.row}>
      <span className={styles.rowIcon} aria-hidden="true">
        <Icon size={18} />
      </span>
      <span className={styles.rowWords}>
        <Link href={item.path}>{item.title}</Link>
        <span className={styles.quiet}>
          {[t(`home.attention.kind.${item.kind}`), item.detail]
            .filter(Boolean)
            .join(': ')}
        </span>
      </span>
      <span className={styles.quiet}>{item.at && <Age at={item.at} />}</span>
    </li>
  );
}

/** What waits for somebody, worst first. */
export function Attention() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const live = useHome();
  return (
    <Loaded live={live} permission={runReadPermission.name}>
      {({ attention }) =>
        attention.length === 0 ? (
          <div className={styles.empty}>
            <span className={styles.done} aria-hidden="true">
              <RiCheckDoubleLine size={28} />
            </span>
            <Text weight="bold">{t('home.attention.empty')}</Text>
            <Text color="secondary">{t('home.attention.emptyWhat')}</Text>
            <Link href={links.activity()}>{t('home.attention.all')}</Link>
          </div>
        ) : (
          <ul className={styles.rows}>
            {attention.map(item => (
              <Row
                key={`${item.kind} ${item.path} ${item.title}`}
                item={item}
              />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
