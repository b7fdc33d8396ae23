import type { Endpoints, SystemEndpoint } from '../endpoints';
import type { SystemName } from '../standIn';

/** The systems of a sandbox with their addresses, as lines of a table. */
export function endpointTable(
  endpoints: Endpoints,
  systems: SystemName[],
): string {
  const rows = systems.flatMap(name => {
    const endpoint: SystemEndpoint | undefined = endpoints[name];
    return endpoint ? [[name, endpoint.url, endpoint.control]] : [];
  });
  const table = [['system', 'URL', 'control'], ...rows];
  const widths = [0, 1, 2].map(column =>
    Math.max(...table.map(row => row[column].length)),
  );
  return table
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
