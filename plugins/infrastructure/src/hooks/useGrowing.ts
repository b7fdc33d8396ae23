import { startTransition, useEffect, useState } from 'react';

/**
 * How many of many things are drawn: a screenful at once, the rest a few at a time, while the page answers to clicks and
 * keys.
 *
 * @param total - of all
 * @param first - of the first time
 * @param step - how many more each time
 */
export function useGrowing(total: number, first: number, step: number): number {
  const [count, setCount] = useState(first);
  useEffect(() => {
    if (count >= total) return undefined;
    const timer = setTimeout(() =>
      startTransition(() => setCount(old => old + step)),
    );
    return () => clearTimeout(timer);
  }, [count, total, step]);
  return Math.min(count, total);
}
