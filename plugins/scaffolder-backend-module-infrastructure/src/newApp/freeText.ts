/**
 * What somebody wrote, on one line of Markdown that shows it as it was written: no markup, no HTML, no end of the line.
 */
export function asMarkdown(text: string): string {
  return oneLine(text).replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** The same on one line without control characters, as GitHub takes a description. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}
