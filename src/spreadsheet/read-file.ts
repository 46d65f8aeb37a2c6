/**
 * The lines of a file that an officer hands over: XLSX by the library, CSV and tab-separated text in Unicode. What it is
 * decides its content, never its name. Blocks while it reads: `in-thread.ts` runs it beside the server.
 */
import { CsvError, parse } from 'csv-parse/sync'
import readWorkbook, { InvalidInputError, InvalidSpreadsheetError } from 'read-excel-file/universal'
import type { FileFault } from './file-fault.ts'
import type { Line } from './find-table.ts'

export const MOST_BYTES = 5 * 1_048_576
/** A workbook is packed; what it unpacks to is bounded too. */
const MOST_UNPACKED_BYTES = 64 * 1_048_576
const MOST_COLUMNS = 200
const MOST_LINES = 20_000

interface FileLines {
  lines: Line[]
  /** The sheet that was read, and others that hold something; both empty for text. */
  sheet: string
  otherSheets: string[]
}
type Answer = FileLines | { fault: FileFault }

/** Whether a cell is a heading that is known where the table is read. */
export type IsHeading = (cell: string) => boolean

export async function readFileLines(bytes: Uint8Array, isHeading: IsHeading): Promise<Answer> {
  if (bytes.length === 0) return { fault: { key: 'empty' } }
  if (bytes.length > MOST_BYTES) return { fault: { key: 'too_big' } }
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) return readXlsx(bytes, isHeading)
  if (startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0])) return { fault: { key: 'old_excel' } }
  if (startsWith(bytes, [0x25, 0x50, 0x44, 0x46])) return { fault: { key: 'pdf' } }
  const text = decode(bytes)
  return typeof text === 'string' ? readText(text, isHeading) : text
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte)
}

/** UTF-8, or the UTF-16 that Excel calls "Unicode text". Anything else is refused: a guess would spoil names quietly. */
function decode(bytes: Uint8Array): string | { fault: FileFault } {
  try {
    if (startsWith(bytes, [0xff, 0xfe])) return new TextDecoder('utf-16le', { fatal: true }).decode(bytes)
    if (startsWith(bytes, [0xfe, 0xff])) return new TextDecoder('utf-16be', { fatal: true }).decode(bytes)
    if (bytes.subarray(0, 8_192).includes(0)) return { fault: { key: 'not_a_table' } }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { fault: { key: isText(bytes) ? 'encoding' : 'not_a_table' } }
  }
}

/** Text in some old encoding, rather than a picture: hardly any control characters. */
function isText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 8_192)
  const controls = start.filter((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13).length
  return controls <= start.length / 200
}

function readText(text: string, isHeading: IsHeading): Answer {
  const delimiter = delimiterOf(text, isHeading)
  try {
    const records: string[][] = parse(text, {
      delimiter,
      bom: true,
      relaxColumnCount: true,
      relaxQuotes: true,
      skipEmptyLines: false,
      maxRecordSize: 100_000,
      toLine: MOST_LINES + 1_000,
    })
    if (records.some((cells) => cells.length > MOST_COLUMNS)) return { fault: { key: 'too_wide' } }
    const lines = records.map((cells, index) => ({ number: index + 1, cells }))
    return { lines, sheet: '', otherSheets: [] }
  } catch (error) {
    if (error instanceof CsvError) return { fault: { key: 'open_quote', values: { line: openedIn(error) } } }
    throw error
  }
}

/** The line where the record began whose quotes do not end. */
function openedIn(error: CsvError): number {
  const at: unknown = error.lines
  return typeof at === 'number' ? at : 1
}

/** The sign that parts the most columns with known headings; a comma when none does. */
function delimiterOf(text: string, isHeading: IsHeading): string {
  const start = text.slice(0, 20_000).split(/\r\n|\n|\r/, 30)
  const known = (sign: string) => Math.max(0, ...start.map((line) => line.split(sign).filter(isHeading).length))
  return [',', ';', '\t', '|'].reduce((best, sign) => (known(sign) > known(best) ? sign : best))
}

async function readXlsx(bytes: Uint8Array, isHeading: IsHeading): Promise<Answer> {
  const unpacked = unpackedBytes(bytes)
  if (unpacked === null) return { fault: { key: 'broken_xlsx' } }
  if (unpacked > MOST_UNPACKED_BYTES) return { fault: { key: 'swells' } }
  const looksLikeHeadings = (row: readonly unknown[]) =>
    row.filter((cell) => typeof cell === 'string' && isHeading(cell)).length >= 2
  try {
    const sheets = (await readWorkbook(new Uint8Array(bytes).buffer)).filter(({ data }) => data.length > 0)
    const chosen = sheets.find(({ data }) => data.slice(0, 40).some(looksLikeHeadings)) ?? sheets[0]
    if (chosen === undefined) return { fault: { key: 'empty' } }
    if (chosen.data.some((row) => row.length > MOST_COLUMNS)) return { fault: { key: 'too_wide' } }
    return {
      lines: chosen.data.slice(0, MOST_LINES).map((row, index) => ({ number: index + 1, cells: row.map(cellText) })),
      sheet: chosen.sheet,
      otherSheets: sheets.filter((sheet) => sheet !== chosen).map(({ sheet }) => sheet),
    }
  } catch (error) {
    // A text document or a damaged file is a zip as well: whatever the library stumbles over is the file's fault.
    const isPassword = error instanceof InvalidInputError && error.code === 'XLS_FILE_NOT_SUPPORTED'
    if (isPassword) return { fault: { key: 'old_excel' } }
    if (error instanceof InvalidSpreadsheetError || error instanceof Error) return { fault: { key: 'broken_xlsx' } }
    throw error
  }
}

/** Days come as instants at midnight UTC. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : cell.toISOString().slice(0, 10)
  if (typeof cell === 'boolean') return cell ? 'có' : 'không'
  return String(cell)
}

/** What the directory of a zip says that its files unpack to; null when there is none. */
function unpackedBytes(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let end = bytes.length - 22; end >= Math.max(0, bytes.length - 65_557); end--) {
    if (view.getUint32(end, true) !== 0x06054b50) continue
    let at = view.getUint32(end + 16, true)
    let sum = 0
    for (let file = view.getUint16(end + 10, true); file > 0; file--) {
      if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) return null
      sum += view.getUint32(at + 24, true)
      at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    }
    return sum
  }
  return null
}
