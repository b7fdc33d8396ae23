import { useEffect, useState } from 'react';

/** What came on demand after a first page, which somebody else keeps live. */
export interface MorePages<T> {
  items: T[];
  /** Token of the next page; absent where there is none. */
  next?: string;
  /** Asks for the next page. */
  more(): Promise<void>;
  isLoadingMore: boolean;
  moreError?: Error;
}

/** Pages after the first, one at a time, each when it is asked for. */
export function useMorePages<T>(options: {
  /** The question: with another one it begins anew. */
  asked: object;
  /** Token of the second page, as the first one says it. */
  second?: string;
  load(token: string): Promise<{ items: T[]; next?: string }>;
  /** What is kept once a page has come. */
  join(before: T[], page: T[]): T[];
}): MorePages<T> {
  const { asked, second, load, join } = options;
  const [pages, setPages] = useState<{ items: T[]; next: string | null }>();
  const [isLoadingMore, setLoadingMore] = useState(false);
  const [moreError, setMoreError] = useState<Error>();
  useEffect(() => {
    setPages(undefined);
    setMoreError(undefined);
  }, [asked]);

  const next = (pages ? pages.next : second) ?? undefined;
  const more = async () => {
    if (!next) return;
    setLoadingMore(true);
    setMoreError(undefined);
    try {
      const page = await load(next);
      setPages(old => ({
        items: join(old?.items ?? [], page.items),
        next: page.next ?? null,
      }));
    } catch (cause) {
      setMoreError(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      setLoadingMore(false);
    }
  };
  return { items: pages?.items ?? [], next, more, isLoadingMore, moreError };
}
