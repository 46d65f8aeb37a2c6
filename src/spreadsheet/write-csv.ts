/** Tables as CSV that Excel opens rightly: UTF-8 with its mark, and no cell that a spreadsheet would run. Pure. */

/** Begins the file; without it Excel takes the text for another encoding. */
export const BYTE_ORDER_MARK = '\ufeff'

/** What makes a spreadsheet calculate, also after spaces and as the wide forms of Asian keyboards. */
const FORMULA = /^[\s"']*[=+\-@\t\r|%＝＋－＠]/

export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: string | number): string {
  if (typeof cell === 'number') return String(cell)
  const safe = FORMULA.test(cell) ? `'${cell}` : cell
  return `"${safe.replaceAll('"', '""')}"`
}
