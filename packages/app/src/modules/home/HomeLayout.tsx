import { CustomHomepageGrid } from '@backstage/plugin-home';
import type { HomePageLayoutProps } from '@backstage/plugin-home-react/alpha';
import { Container } from '@backstage/ui';
import { FirstSteps } from '@nante/plugin-infrastructure';
import { Fragment, useMemo } from 'react';
import styles from './HomeLayout.module.css';

/**
 * The home plugin's grid in which people arrange their widgets, with two differences: a laptop has the twelve columns that
 * a large screen has, so that one arrangement serves both, and the first steps of a new site stand above it.
 */
export function HomeLayout({ widgets, defaultConfig }: HomePageLayoutProps) {
  const config = useMemo(
    () =>
      defaultConfig?.map(({ column, row, ...item }) => ({
        ...item,
        x: column,
        y: row,
      })),
    [defaultConfig],
  );
  return (
    <main className={styles.page}>
      <Container className={styles.column}>
        <div className={styles.first}>
          <FirstSteps />
        </div>
        <CustomHomepageGrid
          title="Home"
          config={config}
          cols={{ xl: 12, lg: 12, md: 12, sm: 6, xs: 4, xxs: 2 }}
          rowHeight={48}
          containerMargin={[16, 16]}
          containerPadding={[0, 0]}
          compactType="vertical"
          preventCollision={false}
        >
          {widgets.map((widget, index) => (
            <Fragment key={widget.name ?? index}>{widget.component}</Fragment>
          ))}
        </CustomHomepageGrid>
      </Container>
    </main>
  );
}
