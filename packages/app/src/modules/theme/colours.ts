/** Our colours; `tokens.css` has the same ones for the components of @backstage/ui. */
export const colours = {
  primary: '#0f6a63',
  primaryDark: '#0c5650',
  accent: '#5ad1c2',
  accentLight: '#7ddccf',
  ink: '#10211f',
};
