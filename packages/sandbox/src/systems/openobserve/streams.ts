import type { StreamFigures, StreamInfo } from './store';

/** A stream as lists show it. */
export function describeStream(stream: StreamInfo, figures: StreamFigures) {
  const schema = [
    { name: '_timestamp', type: 'Int64' },
    ...Object.entries(stream.columns).map(([name, type]) => ({ name, type })),
  ];
  const megabytes = figures.bytes / 1024 / 1024;
  return {
    name: stream.name,
    storage_type: 'disk',
    stream_type: stream.type,
    stats: {
      created_at: stream.createdAt * 1000,
      doc_time_min: figures.oldest,
      doc_time_max: figures.newest,
      doc_num: figures.count,
      file_num: figures.count > 0 ? 1 : 0,
      storage_size: megabytes,
      compressed_size: megabytes,
      index_size: 0,
    },
    schema,
    uds_schema: [],
    settings: {
      partition_keys: [],
      full_text_search_keys: [],
      index_fields: [],
      bloom_filter_fields: [],
      defined_schema_fields: [],
      data_retention: 0,
      max_query_range: 0,
      store_original_data: false,
    },
    total_fields: schema.length,
  };
}
