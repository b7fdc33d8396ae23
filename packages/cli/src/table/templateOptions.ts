import type { OptionDefinition } from './types';

/** Options that only `template` has. */
export const templateOptions = [
  {
    name: 'image-url',
    type: 'text',
    placeholder: 'URL',
    description:
      'Image that Proxmox downloads: .qcow2, .img, .raw or .vmdk, for a container .tar.zst, .tar.xz or .tar.gz; needs --image-checksum',
  },
  {
    name: 'image-checksum',
    type: 'text',
    placeholder: 'SUM',
    description: 'Its checksum, sha256:DIGITS or sha512:DIGITS',
  },
  {
    name: 'image-storage',
    type: 'text',
    placeholder: 'STORAGE',
    description:
      'Proxmox storage that images are kept on, with the content import (containers: vztmpl)',
    whenAbsent: 'the first on the node that takes them',
  },
  {
    name: 'vm-id',
    type: 'number',
    placeholder: 'ID',
    description: 'Guest id of the template',
    whenAbsent: "the first free one of the connection's range",
  },
] as const satisfies readonly OptionDefinition[];
