// What is still alpha in Backstage 1.55, in one place: its names move between releases.
export {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
export {
  FormFieldBlueprint,
  createFormField,
} from '@backstage/plugin-scaffolder-react/alpha';
export { HomePageWidgetBlueprint } from '@backstage/plugin-home-react/alpha';
