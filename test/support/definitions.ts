import { join } from 'node:path'
import { type ProductDefinitions, readDefinitions } from '../../src/definitions/read-definitions.ts'

export const ROOT = join(import.meta.dirname, '../..')

let read: ProductDefinitions | undefined

/** The product's own definitions, read once per run. */
export function productDefinitions(): ProductDefinitions {
  read ??= readDefinitions(ROOT)
  return read
}
