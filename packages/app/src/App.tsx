import { createApp } from '@backstage/frontend-defaults';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { createModule } from './modules/create';
import { homeModule } from './modules/home';
import { layoutModule } from './modules/layout';
import { navModule } from './modules/nav';
import { signInModule } from './modules/signIn';
import { themeModule } from './modules/theme';

/** The portal. Every other plugin comes in by feature discovery (`app.packages: all`). */
export default createApp({
  features: [
    catalogPlugin,
    createModule,
    homeModule,
    layoutModule,
    navModule,
    signInModule,
    themeModule,
  ],
});
