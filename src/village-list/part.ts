/** Rows as they are kept: some of them together, sealed with the list's own key. */
import { z } from 'zod'
import { type Key, openJson, sealJson } from '../secrets.ts'
import type { Row } from './read-list.ts'

const factsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const personSchema = z.object({
  kind: z.literal('person'),
  number: z.number(),
  name: z.string(),
  village: z.string(),
  birth: z.string(),
  ages: z.array(z.number()),
  facts: factsSchema,
  notes: z.array(z.object({ key: z.string(), value: z.string() })),
})
const faultySchema = z.object({
  kind: z.literal('faulty'),
  number: z.number(),
  name: z.string(),
  faults: z.array(z.object({ key: z.string(), column: z.string(), value: z.string() })),
})
const partSchema = z.object({
  /** The order of the letters in `outcomes`; empty before the rows were judged. */
  programmes: z.array(z.string()),
  rows: z.array(
    z.object({
      row: z.discriminatedUnion('kind', [personSchema, faultySchema]),
      outcomes: z.string(),
      assumed: z.array(z.string()),
    }),
  ),
})

export interface KeptRow {
  row: Row
  /** One letter a programme (`judge-row.ts`); empty for a faulty row and before it was judged. */
  outcomes: string
  /** Facts that nobody wrote down and that some entitlement was found with. */
  assumed: string[]
}
export interface Part {
  programmes: string[]
  rows: KeptRow[]
}

export function sealPart(key: Key, part: Part): Buffer {
  return sealJson(key, part)
}

export function openPart(key: Key, sealed: Uint8Array): Part {
  // The keys of faults and notes are those this product wrote; one of an older version is shown without a text.
  return partSchema.parse(openJson(key, sealed)) as Part
}

const numbers = z.record(z.string(), z.number())
/** Programme → letter → people; assumed fact → people. */
export const countsSchema = z.object({ programmes: z.record(z.string(), numbers), assumed: numbers })
export type Counts = z.output<typeof countsSchema>

export const aboutSchema = z.object({
  fileName: z.string(),
  columns: z.array(z.object({ id: z.string(), heading: z.string(), letter: z.string() })),
  unused: z.array(z.string()),
  passed: z.array(z.object({ number: z.number(), text: z.string(), why: z.string() })),
  sheet: z.string(),
  otherSheets: z.array(z.string()),
  common: factsSchema,
})
export type About = z.output<typeof aboutSchema>
