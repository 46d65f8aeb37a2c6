/** Ticks, crosses, words for yes and no, and numbers as people write them into cells. Pure. */
import { folded } from './words.ts'

const YES = new Set([
  'x',
  'xx',
  'co',
  'c',
  'v',
  '1',
  'dung',
  'yes',
  'y',
  'true',
  'dang huong',
  'huong',
  'roi',
  'da huong',
])
const NO = new Set([
  'khong',
  'ko',
  'k',
  'kh',
  '0',
  'chua',
  'no',
  'n',
  'false',
  'sai',
  'khong co',
  'khong huong',
  'chua huong',
])
const NOT_KNOWN = new Set(['khong biet', 'khong ro', 'chua ro', 'kb', 'kr'])
const TICKS = /^[✓✔☑√+]$/

/** yes, no, null (not known), or undefined when it is none of these. */
export function yesNo(words: string, cell: string): boolean | null | undefined {
  if (TICKS.test(cell) || YES.has(words)) return true
  if (NO.has(words)) return false
  if (NOT_KNOWN.has(words) || /^\?+$/.test(cell)) return null
  return undefined
}

/** A cell that only draws a line says as little as an empty one. */
export function isBlank(cell: string): boolean {
  return /^[\s\-–—_.…/\\]*$/.test(cell)
}

/** `1.500.000 đ`, `1,5 triệu`, `500 nghìn`, `1500000`; undefined when it is no number. */
export function readAmount(cell: string): number | undefined {
  const match =
    /^([\d.,\s]*\d)\s*(triệu|trieu|tr|nghìn|nghin|ngàn|ngan|k)?\s*(?:đồng|dong|đ|d|vnđ|vnd|kwh|số|người|khẩu|tuổi)?\.?$/i.exec(
      cell,
    )
  if (match === null) return undefined
  const digits = (match[1] ?? '').replace(/\s/g, '')
  const grouped = /^\d{1,3}([.,]\d{3})+$/.test(digits)
  const number = Number(grouped ? digits.replace(/[.,]/g, '') : digits.replace(',', '.'))
  if (Number.isNaN(number)) return undefined
  const unit = folded(match[2] ?? '')
  const times = unit.startsWith('tr') ? 1_000_000 : unit === '' ? 1 : 1_000
  return Math.round(number * times * 1_000) / 1_000
}
