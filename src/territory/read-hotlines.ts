import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { HOTLINE_KINDS, type Hotline, type HotlineKind, type HotlineNumber } from './territory.ts'

const kind = z.strictObject({ text: z.string().startsWith('hotlines.'), numbers: z.array(z.string()).min(1) })

const file = z.strictObject({
  numbers: z.record(
    z.string(),
    z.strictObject({
      number: z.string().regex(/^\d+$/, 'digits only').nullable(),
      name: z.strictObject({ vi: z.string().min(1), en: z.string().min(1) }),
      source: z.string().min(1),
      confidence: z.enum(['high', 'medium', 'low', 'unverified']),
    }),
  ),
  kinds: z.strictObject({
    violence: kind,
    child_at_risk: kind,
    trafficking: kind,
    self_harm: kind,
    court_date: kind,
    no_food_or_shelter: kind,
  }),
})

/** Reads `hotlines.yaml`. A number that nobody confirmed is left out of the text, whatever the file says. */
export function readHotlines(path: string): { value: Map<HotlineKind, Hotline> } | { faults: Fault[] } {
  const read = readYaml(path, file)
  if ('faults' in read) return read
  const faults: Fault[] = []
  const hotlines = new Map<HotlineKind, Hotline>()
  for (const name of HOTLINE_KINDS) {
    const { text, numbers: ids } = read.value.kinds[name]
    const numbers: HotlineNumber[] = []
    const values: Record<string, string> = {}
    for (const id of ids) {
      const entry = read.value.numbers[id]
      if (!entry) {
        faults.push({ where: 'flows/hotlines.yaml', what: `kinds.${name}: there is no number ${id}` })
        continue
      }
      const number = entry.confidence === 'unverified' ? null : entry.number
      numbers.push({ id, ...entry, number })
      if (number !== null) values[id] = number
    }
    hotlines.set(name, { kind: name, text, values, numbers })
  }
  return faults.length > 0 ? { faults } : { value: hotlines }
}
