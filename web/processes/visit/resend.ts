import { call, errorWords } from '../../client.ts';
import { t } from '../../texts.ts';
import { toast } from '../../toasts.ts';

/** Sends the visitor the same code again, and says so. */
export async function resendCode(id: string): Promise<void> {
  try {
    await call('post /visits/:id/resend', { params: { id }, body: {} });
    toast(t('visit.resent'));
  } catch (error) {
    toast(errorWords(error), 'problem');
  }
}
