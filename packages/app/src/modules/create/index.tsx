import {
  coreExtensionData,
  createFrontendModule,
} from '@backstage/frontend-plugin-api';
import scaffolderPlugin from '@backstage/plugin-scaffolder/alpha';
import { type ReactNode, Suspense, lazy } from 'react';
import { Route, Routes } from 'react-router-dom';

const CreatePage = lazy(() =>
  import('@nante/plugin-infrastructure').then(m => ({ default: m.CreatePage })),
);

/** Our list of templates; the forms below it stay the scaffolder's. */
function TemplatesPage(props: { forms: ReactNode }) {
  return (
    <Routes>
      <Route
        index
        element={
          <Suspense fallback={null}>
            <CreatePage />
          </Suspense>
        }
      />
      <Route path="*" element={props.forms} />
    </Routes>
  );
}

const templates = scaffolderPlugin
  .getExtension('sub-page:scaffolder/templates')
  .override({
    *factory(originalFactory) {
      const original = originalFactory();
      yield* original;
      yield coreExtensionData.reactElement(
        <TemplatesPage forms={original.get(coreExtensionData.reactElement)} />,
      );
    },
  });

/** The Create page with our cards; everything else of it is the scaffolder's. */
export const createModule = createFrontendModule({
  pluginId: 'scaffolder',
  extensions: [templates],
});
