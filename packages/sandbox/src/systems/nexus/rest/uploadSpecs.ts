interface Field {
  name: string;
  type: 'STRING' | 'BOOLEAN' | 'FILE';
  description: string;
  optional: boolean;
  group: string;
  groupHelpText: string | null;
  options: null;
}

function field(
  name: string,
  type: Field['type'],
  description: string,
  group: string,
  optional = false,
): Field {
  return {
    name,
    type,
    description,
    optional,
    group,
    groupHelpText: null,
    options: null,
  };
}

const asset = field('asset', 'FILE', 'Asset', 'Asset');
const coordinates = 'Component coordinates';

/** What forms may be sent, by format; images are pushed and stand here not. */
export const uploadSpecs = [
  {
    format: 'helm',
    multipleUpload: false,
    componentFields: [],
    assetFields: [asset],
  },
  {
    format: 'maven2',
    multipleUpload: true,
    componentFields: [
      field('groupId', 'STRING', 'Group ID', coordinates),
      field('artifactId', 'STRING', 'Artifact ID', coordinates),
      field('version', 'STRING', 'Version', coordinates),
      field(
        'generate-pom',
        'BOOLEAN',
        'Generate a POM file with these coordinates',
        coordinates,
        true,
      ),
      field('packaging', 'STRING', 'Packaging', coordinates, true),
    ],
    assetFields: [
      asset,
      field('extension', 'STRING', 'Extension', 'Asset'),
      field('classifier', 'STRING', 'Classifier', 'Asset', true),
    ],
  },
  {
    format: 'npm',
    multipleUpload: false,
    componentFields: [],
    assetFields: [asset],
  },
  {
    format: 'raw',
    multipleUpload: true,
    componentFields: [
      field(
        'directory',
        'STRING',
        'Destination for uploaded files (e.g. /path/to/files/)',
        'Component attributes',
      ),
    ],
    assetFields: [asset, field('filename', 'STRING', 'Filename', 'Asset')],
  },
];
