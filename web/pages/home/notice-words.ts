import type { Answer } from '../../client.ts';
import { contracts, words } from '../../contracts.ts';
import { t, texts, type TextKey } from '../../texts.ts';

type Notice = Answer<'get /notices'>['items'][number];

/** What a notice says. */
export function noticeWords({ kind, process, detail }: Notice): string {
  const contract = contracts[process?.type ?? ''];
  const own = contract?.notices?.[kind];
  if (own) return words(own);
  const outcome = words(contract?.outcomes[String(detail.outcome)]?.title);
  if (kind === 'process-ended' && outcome !== '') return t('notice.process-ended-as', { outcome });
  if (kind === 'commented' && typeof detail.by === 'string') return t('notice.commented-by', { name: detail.by });
  const key = `notice.${kind}`;
  return key in texts ? t(key as TextKey) : t('notice.other');
}
