/** Ways in which Doppler writes the names of secrets. */
export const nameTransformers = [
  'camel',
  'upper-camel',
  'lower-snake',
  'tf-var',
  'dotnet',
  'dotnet-env',
  'lower-kebab',
] as const;

export type NameTransformer = (typeof nameTransformers)[number];

/** Rewrites a name such as `PROXMOX_API_URL`. */
export function transformName(
  name: string,
  transformer: NameTransformer,
): string {
  const words = (text: string) => text.toLowerCase().split('_').filter(Boolean);
  const capitalised = (text: string) => words(text).map(capitalise).join('');
  switch (transformer) {
    case 'camel': {
      const joined = capitalised(name);
      return joined.charAt(0).toLowerCase() + joined.slice(1);
    }
    case 'upper-camel':
      return capitalised(name);
    case 'lower-snake':
      return name.toLowerCase();
    case 'lower-kebab':
      return words(name).join('-');
    case 'tf-var':
      return `TF_VAR_${name.toLowerCase()}`;
    // .NET separates sections by a double underscore.
    case 'dotnet':
      return name.split('__').map(capitalised).join(':');
    case 'dotnet-env':
      return name.split('__').map(capitalised).join('__');
    default:
      return transformer satisfies never;
  }
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
