import { useMemo } from 'react';
import { useQueryValue, useSetQuery } from '../navigation';
import type { MatrixQuery } from './filterDeployments';

/** Filters of the matrix as the address has them, and what changes them. */
export interface MatrixFilters {
  query: MatrixQuery;
  /** The newest success is shown instead of the newest attempt. */
  successful: boolean;
  by: 'group' | 'owner';
  setMine(mine: boolean): void;
  setSuccessful(successful: boolean): void;
  setBy(by: 'group' | 'owner'): void;
  setOwner(owner: string): void;
  setEnvironment(environment: string): void;
  setFailing(failing: boolean): void;
  setSearch(search: string): void;
  /** Shows everything again. */
  clear(): void;
}

export function useMatrixFilters(): MatrixFilters {
  const setQuery = useSetQuery();
  const [whose, setWhose] = useQueryValue('whose');
  const [show, setShow] = useQueryValue('show');
  const [by, setBy] = useQueryValue('by');
  const [owner, setOwner] = useQueryValue('owner');
  const [environment, setEnvironment] = useQueryValue('environment');
  const [failing, setFailing] = useQueryValue('failing');
  const [search, setSearch] = useQueryValue('search');
  const query = useMemo(
    () => ({
      mine: whose !== 'everyone',
      owner,
      environment,
      failing: failing === 'yes',
      search,
    }),
    [whose, owner, environment, failing, search],
  );
  return {
    query,
    successful: show === 'successful',
    by: by === 'owner' ? 'owner' : 'group',
    setMine: mine => setWhose(mine ? '' : 'everyone'),
    setSuccessful: on => setShow(on ? 'successful' : ''),
    setBy: value => setBy(value === 'owner' ? 'owner' : ''),
    setOwner,
    setEnvironment,
    setFailing: on => setFailing(on ? 'yes' : ''),
    setSearch,
    clear: () =>
      setQuery({
        whose: 'everyone',
        owner: '',
        environment: '',
        failing: '',
        search: '',
      }),
  };
}
