import prettyBytes from 'pretty-bytes';

/** Bytes as people write them, in powers of 1024: `3.9 GiB`. */
export function bytes(value: number): string {
  return prettyBytes(value, { binary: true, maximumFractionDigits: 1 });
}

/** Part of a whole as `71 %`. */
export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

/** A duration as a stopwatch shows it: `2:14`, from an hour on `1:02:14`. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

/** A long duration in its largest units: `45 d`, `2 d 3 h`, `45 min`. */
export function uptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days >= 10) return `${days} d`;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

/** Age in one unit: `12 s`, `4 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** Time of day of an ISO time, with the date when it isn't today's. */
export function clock(iso: string): string {
  const date = new Date(iso);
  const today = new Date().toDateString() === date.toDateString();
  return date.toLocaleString(undefined, {
    ...(today ? {} : { dateStyle: 'medium' as const }),
    timeStyle: 'short',
  });
}

/** Name of an entity ref without kind and default namespace. */
export function refName(ref: string): string {
  return ref.replace(/^[^:]+:/, '').replace(/^default\//, '');
}
