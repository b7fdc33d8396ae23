import { HomePageWidgetBlueprint } from '../alphaImports';
import { BareCard, HomeCard } from './HomeCard';
import { homeMessages } from './messages';

const framed = { Renderer: HomeCard };

// The titles of widgets are read before anything is translated, as those of pages are.
const search = HomePageWidgetBlueprint.make({
  name: 'search',
  params: {
    name: 'NanteSearch',
    title: homeMessages.search.title,
    description: homeMessages.search.description,
    components: () => import('./Search').then(m => ({ Content: m.Search })),
    componentProps: { Renderer: BareCard },
  },
});

const quickActions = HomePageWidgetBlueprint.make({
  name: 'quick-actions',
  params: {
    name: 'NanteQuickActions',
    title: homeMessages.quick.title,
    description: homeMessages.quick.description,
    components: () =>
      import('./QuickActions').then(m => ({ Content: m.QuickActions })),
    componentProps: { Renderer: BareCard },
    layout: { width: { minColumns: 4 } },
  },
});

const attention = HomePageWidgetBlueprint.make({
  name: 'attention',
  params: {
    name: 'NanteAttention',
    title: homeMessages.attention.title,
    description: homeMessages.attention.description,
    components: () =>
      import('./Attention').then(m => ({ Content: m.Attention })),
    componentProps: framed,
  },
});

const myRuns = HomePageWidgetBlueprint.make({
  name: 'my-runs',
  params: {
    name: 'NanteMyRuns',
    title: homeMessages.runs.title,
    description: homeMessages.runs.description,
    components: () => import('./MyRuns').then(m => ({ Content: m.MyRuns })),
    componentProps: framed,
  },
});

const myHosts = HomePageWidgetBlueprint.make({
  name: 'my-hosts',
  params: {
    name: 'NanteMyHosts',
    title: homeMessages.hosts.title,
    description: homeMessages.hosts.description,
    components: () => import('./MyHosts').then(m => ({ Content: m.MyHosts })),
    componentProps: framed,
  },
});

const capacity = HomePageWidgetBlueprint.make({
  name: 'capacity',
  params: {
    name: 'NanteCapacity',
    title: homeMessages.capacity.title,
    description: homeMessages.capacity.description,
    components: () => import('./Capacity').then(m => ({ Content: m.Capacity })),
    componentProps: framed,
  },
});

/** What the home page can be made of; people arrange it themselves. */
export const homeWidgets = [
  search,
  quickActions,
  attention,
  myRuns,
  myHosts,
  capacity,
];
