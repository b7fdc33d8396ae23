import { columnName, streamName, type NewRecord } from './records';
import { readFields, readLabel, type ProtobufField } from './protobuf';

/**
 * The samples of a remote write request (Prometheus' protocol 1.0), already unpacked. One stream for each metric, one
 * record for each sample. What is no number (a series that went stale) is left out, as OpenObserve does.
 *
 * @throws RangeError when it is no such message
 */
export function readWriteRequest(message: Uint8Array): NewRecord[] {
  return [...readFields(message)].flatMap(field =>
    field.number === 1 && field.bytes ? readSeries(field.bytes) : [],
  );
}

function readSeries(message: Uint8Array): NewRecord[] {
  const labels: Record<string, string> = {};
  const samples: { value: number; at: number }[] = [];
  let name = '';
  for (const { number, bytes } of readFields(message)) {
    if (!bytes) continue;
    if (number === 1) {
      const [label, value] = readLabel(bytes);
      if (label === '__name__') name = value;
      else labels[columnName(label)] = value;
    }
    if (number === 2) samples.push(readSample(readFields(bytes)));
  }
  if (name === '') return [];
  return samples
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, at }) => ({
      stream: streamName(name),
      at,
      fields: { ...labels, __name__: name, value },
    }));
}

function readSample(fields: Iterable<ProtobufField>) {
  const sample = { value: 0, at: 0 };
  for (const { number, fixed64, varint } of fields) {
    if (number === 1 && fixed64) sample.value = fixed64.getFloat64(0, true);
    // Milliseconds on the wire.
    if (number === 2 && varint !== undefined) sample.at = Number(varint) * 1000;
  }
  return sample;
}
