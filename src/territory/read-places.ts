import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import type { Fault } from '../errors.ts'
import type { Place } from './territory.ts'

const day = z.iso.date('write the day as YYYY-MM-DD')
const code = z.string().regex(/^\d{5}$/, 'a commune code has five digits')
const list = (separator: string) => (text: string) =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')

const row = z.strictObject({
  code,
  name: z.string().min(1),
  type: z.enum(['xã', 'phường', 'thị trấn']),
  district: z.string().transform((text) => (text === '' ? null : text)),
  former_province: z.string().min(1),
  from: day,
  to: z.union([z.literal('').transform(() => null), day]),
  successors: z.string().transform(list(' ')).pipe(z.array(code)),
  also: z.string().transform(list(';')),
})

/**
 * Reads `places.csv`: the communes of today and those before, one row per code and span. Names of the other former
 * province are those of 2025-06-30.
 */
export function readPlaces(file: string): { value: Place[] } | { faults: Fault[] } {
  const name = relative(process.cwd(), file)
  let lines: Record<string, string>[]
  try {
    lines = parse<Record<string, string>>(readFileSync(file, 'utf8'), { columns: true, bom: true })
  } catch (error) {
    return { faults: [{ where: name, what: error instanceof Error ? error.message : String(error) }] }
  }
  const places: Place[] = []
  const faults: Fault[] = []
  for (const [index, line] of lines.entries()) {
    const parsed = row.safeParse(line)
    if (parsed.success) {
      const { former_province, ...place } = parsed.data
      places.push({
        ...place,
        key: `${place.code}@${place.from}`,
        formerProvince: former_province,
        split: place.successors.length > 1,
      })
    } else {
      for (const issue of parsed.error.issues) {
        faults.push({ where: `${name}:${index + 2}`, what: `${issue.path.join('.') || 'row'}: ${issue.message}` })
      }
    }
  }
  return faults.length > 0 ? { faults } : { value: places }
}
