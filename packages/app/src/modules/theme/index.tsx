import {
  appThemeApiRef,
  createFrontendModule,
  useApi,
} from '@backstage/frontend-plugin-api';
import { ThemeBlueprint } from '@backstage/plugin-app-react';
import {
  UnifiedThemeProvider,
  createUnifiedTheme,
  palettes,
} from '@backstage/theme';
import { RiMoonLine, RiSunLine } from '@remixicon/react';
import type { ReactNode } from 'react';
import { colours } from './colours';

// The pages of the old component library are as high as the window; below the sandbox bar they have to be lower.
const components = {
  BackstagePage: {
    styleOverrides: {
      root: { height: 'calc(100vh - var(--nante-bar-height, 0px))' },
    },
  },
};

const lightTheme = createUnifiedTheme({
  palette: {
    ...palettes.light,
    primary: { main: colours.primary },
    link: colours.primary,
    linkHover: colours.primaryDark,
    navigation: {
      ...palettes.light.navigation,
      background: colours.ink,
      indicator: colours.accent,
    },
  },
  defaultPageTheme: 'home',
  components,
});

const darkTheme = createUnifiedTheme({
  palette: {
    ...palettes.dark,
    primary: { main: colours.accent },
    link: colours.accent,
    linkHover: colours.accentLight,
    navigation: {
      ...palettes.dark.navigation,
      background: colours.ink,
      indicator: colours.accent,
    },
  },
  defaultPageTheme: 'home',
  components,
});

/**
 * Both themes in one component: with one for each, React would throw the whole page away when the theme changes, and at
 * dusk a half-filled form with it. The app renders this anew whenever the choice or the system's preference changes.
 */
function PortalTheme({ children }: { children?: ReactNode }) {
  const chosen = useApi(appThemeApiRef).getActiveThemeId();
  const isDark = chosen
    ? chosen === 'dark'
    : window.matchMedia?.('(prefers-color-scheme: dark)').matches;
  return (
    <UnifiedThemeProvider theme={isDark ? darkTheme : lightTheme}>
      {children}
    </UnifiedThemeProvider>
  );
}

const light = ThemeBlueprint.make({
  name: 'light',
  params: {
    theme: {
      id: 'light',
      title: 'Light',
      variant: 'light',
      icon: <RiSunLine />,
      Provider: PortalTheme,
    },
  },
});

const dark = ThemeBlueprint.make({
  name: 'dark',
  params: {
    theme: {
      id: 'dark',
      title: 'Dark',
      variant: 'dark',
      icon: <RiMoonLine />,
      Provider: PortalTheme,
    },
  },
});

/** The default themes in our colours. */
export const themeModule = createFrontendModule({
  pluginId: 'app',
  extensions: [light, dark],
});
