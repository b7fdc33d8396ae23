import { type KeyboardEvent, useCallback, useRef, useState } from 'react';

/** A cell by its place: rows and columns count from 0, the row headers are column 0. */
export interface Place {
  row: number;
  column: number;
}

const steps: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Where a key leads from a cell; undefined for keys that lead nowhere. */
export function nextPlace(
  from: Place,
  key: string,
  size: { rows: number; columns: number },
  whole: boolean,
): Place | undefined {
  const inside = (value: number, length: number) =>
    Math.max(0, Math.min(length - 1, value));
  if (key === 'Home') return { row: whole ? 0 : from.row, column: 0 };
  if (key === 'End') {
    return {
      row: whole ? size.rows - 1 : from.row,
      column: size.columns - 1,
    };
  }
  const step = steps[key];
  if (!step) return undefined;
  return {
    row: inside(from.row + step[0], size.rows),
    column: inside(from.column + step[1], size.columns),
  };
}

/**
 * Keys of a grid: one of its cells is in the tab order, arrow keys, Home and End move from cell to cell.
 * Cells carry `data-place="row,column"`.
 */
export function useGridKeys(size: { rows: number; columns: number }) {
  const table = useRef<HTMLTableElement>(null);
  const [current, setCurrent] = useState<Place>({ row: 0, column: 1 });
  const { rows, columns } = size;
  // Filters take rows away under the feet of whoever stands on one.
  const row = Math.max(0, Math.min(current.row, rows - 1));
  const column = Math.max(0, Math.min(current.column, columns - 1));

  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLTableElement>) => {
      const cell = event.target as HTMLElement;
      const place = cell.dataset.place;
      // Keys that are pressed on a link or a button inside of a cell are theirs.
      if (!place) return;
      const [fromRow, fromColumn] = place.split(',').map(Number);
      const next = nextPlace(
        { row: fromRow, column: fromColumn },
        event.key,
        { rows, columns },
        event.ctrlKey,
      );
      if (!next) return;
      event.preventDefault();
      setCurrent(next);
      table.current
        ?.querySelector<HTMLElement>(
          `[data-place="${next.row},${next.column}"]`,
        )
        ?.focus();
    },
    [rows, columns],
  );
  /** A cell, or something in it, got the focus by mouse or by Tab. */
  const onFocus = useCallback((event: { target: EventTarget }) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>(
      '[data-place]',
    );
    if (!cell?.dataset.place) return;
    const [atRow, atColumn] = cell.dataset.place.split(',').map(Number);
    setCurrent(old =>
      old.row === atRow && old.column === atColumn
        ? old
        : { row: atRow, column: atColumn },
    );
  }, []);

  return { table, row, column, onKeyDown, onFocus };
}
