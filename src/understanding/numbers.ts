/** The number in a typed answer, in figures or words: "76 tuổi", "1tr2", "hai triệu rưỡi", "1.500.000đ". */
import { fold } from './normalise.ts'

const FIGURES =
  /(?<![\p{L}\p{N}.,/-])(\d{1,3}(?:[.\s]\d{3})+|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?)\s*(ty|ti|trieu|tr|cu|nghin|ngan|ng|k|tram)?(?!\p{L})\s*(ruoi|\d{1,3}(?![\d.,/]))?/gu
const SCALE: Readonly<Record<string, number>> = {
  ty: 1e9,
  ti: 1e9,
  trieu: 1e6,
  tr: 1e6,
  cu: 1e6,
  nghin: 1e3,
  ngan: 1e3,
  ng: 1e3,
  k: 1e3,
  tram: 100,
}

/** `null` when there is none, or when a range or a date leaves it open which one is meant. */
export function readNumber(text: string): number | null {
  const folded = fold(text.slice(0, 2_000))
    .replace(/(\d)(ty|ti|trieu|tr|cu|nghin|ngan|k)(\d)/g, '$1 $2 $3')
    .replace(/(\d)(tuoi|t|d|vnd|dong|nguoi|thang|nam|m2|kwh)(?!\p{L})/gu, '$1 $2')
  if (/\d\s*[-–]\s*\d|\d\/\d|\d\s+(?:den|toi|hoac|hay)\s+\d/.test(folded) || /(?:^|\s)-\d/.test(folded)) return null
  return /\d/.test(folded) ? fromFigures(folded) : fromWords(text)
}

function fromFigures(folded: string): number | null {
  const found = [...folded.matchAll(FIGURES)]
  const [first, second] = found
  if (!first) return null
  const value = valueIn(first)
  // "3 triệu 500 nghìn": the parts of one amount stand side by side, the smaller after the larger.
  if (second && first[2] && second[2] && first.index + first[0].length + 1 >= second.index) {
    const rest = valueIn(second)
    if (rest < (SCALE[first[2]] ?? 1)) return value + rest
  }
  return value
}

function valueIn(match: RegExpMatchArray): number {
  const [, figures = '', unit, rest] = match
  const scale = unit === undefined ? 1 : (SCALE[unit] ?? 1)
  const value = round(readFigures(figures) * scale)
  if (rest === undefined || scale === 1) return value
  if (rest === 'ruoi') return value + scale / 2
  // "1tr2" is 1.2 million, "1tr250" is 1.25 million.
  return round(value + (Number(rest) * scale) / 10 ** rest.length)
}

function readFigures(figures: string): number {
  const grouped = /^\d{1,3}(?:[.,\s]\d{3})+$/.test(figures) && !/^\d+,\d{3}$/.test(figures)
  if (grouped) return Number(figures.replace(/[.,\s]/g, ''))
  return Number(figures.replace(',', '.'))
}

const round = (value: number) => Math.round(value * 1e6) / 1e6

const DIGITS: Readonly<Record<string, number>> = {
  khong: 0,
  mot: 1,
  hai: 2,
  ba: 3,
  bon: 4,
  tu: 4,
  nam: 5,
  lam: 5,
  nham: 5,
  sau: 6,
  bay: 7,

  tam: 8,
  chin: 9,
}
const WORD_SCALE: Readonly<Record<string, number>> = { nghin: 1e3, ngan: 1e3, trieu: 1e6, cu: 1e6, ty: 1e9, ti: 1e9 }
/** With their marks, number words are told from everyday ones (`lăm`, not `lắm`; `sáu`, not `sau`). */
const WRITTEN: ReadonlySet<string> = new Set(
  (
    'không một mốt hai ba bốn tư năm lăm nhăm sáu bảy bẩy tám chín mười mươi trăm linh lẻ rưỡi hăm nửa ' +
    'nghìn ngàn triệu củ tỷ tỉ'
  ).split(' '),
)

/** The longest run of number words; "bảy mươi sáu", "hai triệu rưỡi", "một trăm linh năm", "bảy sáu". */
function fromWords(text: string): number | null {
  const words =
    text
      .slice(0, 2_000)
      .toWellFormed()
      .normalize('NFC')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  const marked = words.some((word) => fold(word) !== word)
  let best: string[] = []
  let run: string[] = []
  for (const word of [...words, '.']) {
    const plain = fold(word)
    const fits = isNumberWord(plain) && (WRITTEN.has(word) || (word === plain && !marked))
    if (fits) run.push(plain)
    else {
      if (run.length > best.length) best = run
      run = []
    }
  }
  return best.length === 0 ? null : valueOfWords(best)
}

const GLUE: Readonly<Record<string, true>> = {
  muoi: true,
  tram: true,
  linh: true,
  le: true,
  ruoi: true,
  ham: true,
  nua: true,
}
const isNumberWord = (plain: string) =>
  Object.hasOwn(DIGITS, plain) || Object.hasOwn(WORD_SCALE, plain) || Object.hasOwn(GLUE, plain)

function valueOfWords(words: readonly string[]): number | null {
  if (
    words.length === 1 &&
    (words[0] === 'khong' || words[0] === 'linh' || words[0] === 'nua' || words[0] === 'le' || words[0] === 'cu')
  )
    return null
  let total = 0
  let block = 0
  let scale = 1
  let digit: number | null = null
  let seen = false
  for (const word of words) {
    if (word === 'nua') {
      digit = 0.5
      continue
    }
    const value = DIGITS[word]
    const wordScale = WORD_SCALE[word]
    if (value !== undefined) {
      // "bảy sáu": two figures side by side are tens and ones.
      if (digit !== null) block = (block + digit) * 10
      digit = value
      seen = true
    } else if (word === 'muoi') {
      block += (digit ?? 1) * 10
      digit = null
      seen = true
    } else if (word === 'ham') {
      block += 20
      digit = null
    } else if (word === 'tram') {
      block += (digit ?? 1) * 100
      scale = 100
      digit = null
      seen = true
    } else if (word === 'ruoi') {
      return seen ? total + block + (digit ?? 0) + scale / 2 : null
    } else if (wordScale !== undefined) {
      total += (block + (digit ?? (block === 0 ? 1 : 0))) * wordScale
      scale = wordScale
      block = 0
      digit = null
      seen = true
    }
  }
  if (!seen) return null
  // "một triệu hai": the last figure counts tenths of the unit before it.
  if (digit !== null && block === 0 && total > 0 && scale >= 1e3 && Object.hasOwn(WORD_SCALE, words.at(-2) ?? '')) {
    return total + (digit * scale) / 10
  }
  return total + block + (digit ?? 0)
}
