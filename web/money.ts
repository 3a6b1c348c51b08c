/** Integer fen as yuan with two decimals: `¥1,234.50`. */
export function yuan(fen: number): string {
  return `¥${(fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** What a person typed as yuan (`12`, `12.5`, `1,200.00`), in integer fen; undefined when it is no amount. */
export function fenOf(typed: string): number | undefined {
  const amount = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(typed.normalize('NFKC').replace(/[,\s¥]/g, ''));
  return amount ? Number(amount[1]) * 100 + Number((amount[2] ?? '').padEnd(2, '0')) : undefined;
}
