import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { ThemeBlueprint } from '@backstage/plugin-app-react';
import {
  UnifiedThemeProvider,
  createUnifiedTheme,
  palettes,
} from '@backstage/theme';
import { RiMoonLine, RiSunLine } from '@remixicon/react';
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

const light = ThemeBlueprint.make({
  name: 'light',
  params: {
    theme: {
      id: 'light',
      title: 'Light',
      variant: 'light',
      icon: <RiSunLine />,
      Provider: ({ children }) => (
        <UnifiedThemeProvider theme={lightTheme}>
          {children}
        </UnifiedThemeProvider>
      ),
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
      Provider: ({ children }) => (
        <UnifiedThemeProvider theme={darkTheme}>
          {children}
        </UnifiedThemeProvider>
      ),
    },
  },
});

/** The default themes in our colours. */
export const themeModule = createFrontendModule({
  pluginId: 'app',
  extensions: [light, dark],
});
