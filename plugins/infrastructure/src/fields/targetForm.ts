import type { TargetChoice } from '@nante/model';
import { refName } from '../components/format';
import type { Sentences } from '../translation';

type Form = Record<string, unknown>;

function nameIn(value: unknown, name: string): string | undefined {
  const found = (value as Form | undefined)?.[name];
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Environment that a form is about, wherever its fields keep it. */
export function environmentOf(form: Form): string | undefined {
  return (
    nameIn(form.placement, 'environment') ??
    nameIn(form, 'environment') ??
    nameIn(form.host, 'environment')
  );
}

/** Target tag that a host gets where none is given: the name of its app. */
export function defaultRole(form: Form): string | undefined {
  const app = nameIn(form, 'app') ?? nameIn(form.host, 'app');
  return app && refName(app);
}

/** Words between commas; undefined where there are none. */
export function words(text: string): string[] | undefined {
  const found = text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean);
  return found.length > 0 ? found : undefined;
}

/** What a form's choice of a target comes to, in one sentence; undefined where the host becomes none. */
export function targetSentence(t: Sentences, form: Form): string | undefined {
  const target = form.target as Partial<TargetChoice> | null | undefined;
  if (!target?.style) return undefined;
  return t('field.target.review', {
    style: t(`target.styles.${target.style}`),
    environments:
      target.environments?.join(', ') ?? t('field.target.ofEnvironment'),
    roles: target.roles?.join(', ') ?? defaultRole(form) ?? '',
  });
}
