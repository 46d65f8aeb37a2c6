import { join } from 'node:path'
import { readTerritory } from '../../src/territory/read-territory.ts'
import type { Territory } from '../../src/territory/territory.ts'

/** The territory of the real definitions. */
export function theTerritory(): Territory {
  const read = readTerritory(join(import.meta.dirname, '../../flows'))
  if ('faults' in read) throw new Error(JSON.stringify(read.faults, null, 2))
  return read.value
}
