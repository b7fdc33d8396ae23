import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { SearchField } from '@backstage/ui';
import { useState } from 'react';
import { useGo, useLinks } from '../navigation';
import { infrastructureTranslationRef } from '../translation';

/** Searches everything that the portal knows; the page of the search shows what is found. */
export function Search() {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const links = useLinks();
  const go = useGo();
  const [text, setText] = useState('');
  return (
    <search>
      <SearchField
        aria-label={t('home.search.label')}
        placeholder={t('home.search.placeholder')}
        value={text}
        onChange={setText}
        onSubmit={query => query.trim() && go(links.search(query.trim()))}
      />
    </search>
  );
}
