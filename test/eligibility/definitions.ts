import type { EligibilityDefinitions, Programme } from '../../src/eligibility/programme.ts'
import { readEligibility } from '../../src/eligibility/read-programmes.ts'

/** The real definitions of `flows/`. */
export function definitions(): EligibilityDefinitions {
  const read = readEligibility('flows')
  if ('faults' in read) throw new Error(read.faults.map((fault) => `${fault.where}: ${fault.what}`).join('\n'))
  return read.value
}

export function programme(all: EligibilityDefinitions, id: string): Programme {
  const found = all.programmes.get(id)
  if (found === undefined) throw new Error(`no programme ${id}`)
  return found
}
