import type { ReactNode } from 'react';
import styles from './SimpleTable.module.css';

/** A short table without sorting or pages: a caption for everybody, one row header in each row. */
export function SimpleTable(props: {
  caption: string;
  columns: string[];
  rows: { key: string; cells: ReactNode[] }[];
}) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={props.caption}>
        <thead>
          <tr>
            {props.columns.map(column => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map(row => (
            <tr key={row.key}>
              {row.cells.map((cell, index) =>
                index === 0 ? (
                  <th key={props.columns[index]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={props.columns[index]}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
