import { Link } from '@backstage/ui';
import { useSidebarOpenState } from '@backstage/core-components';
import { colours } from '../theme/colours';
import styles from './Logo.module.css';

/** The mark: an N made of three racks, the middle one leaning. */
export function LogoMark() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect x="3" y="4" width="6" height="24" rx="2" fill={colours.accent} />
      <rect x="23" y="4" width="6" height="24" rx="2" fill={colours.accent} />
      <path d="M9 4h5l9 24h-5z" fill="#fff" />
      <circle cx="6" cy="9" r="1.4" fill={colours.ink} />
      <circle cx="26" cy="23" r="1.4" fill={colours.ink} />
    </svg>
  );
}

/** Mark, and the name beside it while the sidebar is open. */
export function SidebarLogo() {
  const { isOpen } = useSidebarOpenState();
  return (
    <div className={styles.root}>
      <Link href="/" aria-label="Nante, home" className={styles.link}>
        <LogoMark />
        {isOpen && <span className={styles.word}>Nante</span>}
      </Link>
    </div>
  );
}
