import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import type { RunDocument } from '@nante/model';
import { RiFlowChart, RiTerminalBoxLine, RiWindowLine } from '@remixicon/react';
import { infrastructureTranslationRef } from '../translation';
import { Label, type Look } from './StateLabel';

const looks: Record<RunDocument['door'], Look> = {
  portal: { icon: RiWindowLine, tone: 'quiet' },
  workflow: { icon: RiFlowChart, tone: 'quiet' },
  cli: { icon: RiTerminalBoxLine, tone: 'quiet' },
};

/** Where a run was started from; a workflow's leads to its page. */
export function DoorLabel({
  run,
}: {
  run: Pick<RunDocument, 'door' | 'link'>;
}) {
  const { t } = useTranslationRef(infrastructureTranslationRef);
  const { door, link } = run;
  const word = t(`run.doors.${door}`);
  // Whoever started it says where: only what is a page is made a link.
  const isPage =
    door === 'workflow' && link !== undefined && /^https?:\/\//.test(link);
  return (
    <Label
      look={looks[door]}
      word={
        isPage ? (
          <Link
            variant="body-small"
            href={link}
            target="_blank"
            rel="noopener noreferrer"
          >
            {word}
          </Link>
        ) : (
          word
        )
      }
    />
  );
}
