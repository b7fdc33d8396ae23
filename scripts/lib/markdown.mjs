/** Text for a cell of a table: on one line, and without what would end the cell. */
const cell = text =>
  String(text)
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ');

/**
 * A table in Markdown; Prettier aligns it.
 *
 * @param {string[]} head
 * @param {unknown[][]} rows
 */
export function markdownTable(head, rows) {
  const line = cells => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join(
    '\n',
  );
}
