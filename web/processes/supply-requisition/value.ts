/** A requisition while it is being filled in: a quantity that was cleared is null. */
export interface RequisitionValue {
  purpose: string;
  lines: { itemId: string; quantity: number | null; note?: string }[];
}
