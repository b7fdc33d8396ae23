import {
  type ApiHolder,
  translationApiRef,
} from '@backstage/frontend-plugin-api';
import { type Sentences, infrastructureTranslationRef } from '../translation';

/** The plugin's sentences for what runs outside of components, such as the validation of a field. */
export function sentences(apiHolder: ApiHolder): Sentences {
  const snapshot = apiHolder
    .get(translationApiRef)
    ?.getTranslation(infrastructureTranslationRef);
  // The field itself waited for the sentences before it was shown.
  if (!snapshot?.ready) throw new Error('The sentences are not loaded yet');
  return snapshot.t;
}
