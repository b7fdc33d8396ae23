/**
 * Whether a list of GitHub's patterns takes a name: `*` stops at a slash, `**` does not, and what begins with `!` takes back
 * what a pattern before it took.
 */
export function matchesFilter(
  patterns: readonly string[],
  name: string,
): boolean {
  let isTaken = false;
  for (const pattern of patterns)
    if (pattern.startsWith('!'))
      isTaken &&= !toExpression(pattern.slice(1)).test(name);
    else isTaken ||= toExpression(pattern).test(name);
  return isTaken;
}

function toExpression(pattern: string): RegExp {
  const source = pattern.replace(
    /\\.|\*\*\/|\*\*|\*|\[[^\]]*\]|[?+]|[.^$(){}|]/g,
    part => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      // Of the character before them, as in a regular expression.
      if (part === '?' || part === '+' || part.startsWith('[')) return part;
      return part.startsWith('\\') ? part : `\\${part}`;
    },
  );
  return new RegExp(`^${source}$`);
}
