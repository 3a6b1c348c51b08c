import { z } from 'zod';
import { titled, worded, type ProcessType } from '../lib/form.ts';
import { contract } from './contract.ts';

const MOST_LINES = 50;
const MOST_PIECES = 9_999;

const itemId = titled(z.string().min(1).max(100), '物品', 'Item');

function onceEach(lines: { itemId: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  lines.forEach((line, i) => {
    if (seen.has(line.itemId)) context.addIssue({ code: 'custom', path: [i, 'itemId'], message: 'lines.repeated' });
    seen.add(line.itemId);
  });
}

/** What the requester fills in. */
const form = z.strictObject({
  purpose: titled(z.string().trim().min(1).max(500), '用途', 'Purpose'),
  lines: titled(
    z.array(z.strictObject({
      itemId,
      quantity: titled(z.int().min(1).max(MOST_PIECES), '数量', 'Quantity'),
      note: titled(z.string().trim().max(200).optional(), '备注', 'Note'),
    })).min(1).max(MOST_LINES).superRefine(onceEach),
    '物品明细', 'Lines',
  ),
});

/** The director may lower quantities, saying why; a line lowered to zero is struck. */
const approved = z.strictObject({
  lines: titled(
    z.array(z.strictObject({
      itemId,
      quantity: titled(z.int().min(0).max(MOST_PIECES), '批准数量', 'Approved quantity'),
      reason: titled(z.string().trim().min(1).max(200).optional(), '原因', 'Reason'),
    })).min(1).max(MOST_LINES).superRefine(onceEach).optional(),
    '调整明细', 'Changed lines',
  ),
}).optional();

/** What goes over the counter. Lines left out get nothing; no lines at all means everything that is reserved. */
const issued = z.strictObject({
  lines: titled(
    z.array(z.strictObject({
      itemId,
      issued: titled(z.int().min(0).max(MOST_PIECES), '实发数量', 'Issued'),
    })).min(1).max(MOST_LINES).superRefine(onceEach).optional(),
    '发放明细', 'Issued lines',
  ),
  receivedBy: titled(z.string().trim().min(1).max(100).optional(), '领用人', 'Received by'),
  rest: titled(
    worded(z.enum(['keep', 'close']), { keep: { zh: '剩余的稍后再发', en: 'Issue the rest later' }, close: { zh: '剩余的不再发，关闭', en: 'Close the rest' } }).optional(),
    '剩余处理', 'The rest',
  ),
}).optional();

/** The supply requisition as the API and the web know it. */
export const supplyRequisition: ProcessType = {
  contract,
  workflow: 'supplyRequisition',
  form,
  decisions: {
    'service-centre-director': { approved },
    'hand-over': { issued },
  },
  references: { 'lines.itemId': 'item' },
  title({ lines }: z.output<typeof form>, label) {
    const [first] = lines;
    const rest = lines.length > 1 ? ` 等 ${lines.length} 项` : '';
    return `${label(first!.itemId)} ×${first!.quantity}${rest}`;
  },
};
