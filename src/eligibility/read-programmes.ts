/** Reads facts, amounts and programmes from `flows/`. The only file of this module that touches a disk. */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { amountsFileSchema } from './amounts.ts'
import { type FactDefinition, factsFileSchema } from './facts.ts'
import { compileProgramme, type EligibilityDefinitions, type Programme, programmeFileSchema } from './programme.ts'
import { factFaults, programmeFaults } from './structure.ts'

/** All definitions, or every fault found in them. Does not judge the examples: `checkEligibility` does. */
export function readEligibility(flowsDirectory: string): { value: EligibilityDefinitions } | { faults: Fault[] } {
  const factsFile = join(flowsDirectory, 'facts.yaml')
  const readFacts = readYaml(factsFile, factsFileSchema)
  const readAmounts = readYaml(join(flowsDirectory, 'amounts.yaml'), amountsFileSchema)
  const faults = [readFacts, readAmounts].flatMap((read) => ('faults' in read ? read.faults : []))
  if ('faults' in readFacts || 'faults' in readAmounts) return { faults }

  const facts = new Map<string, FactDefinition>()
  Object.entries(readFacts.value.facts).forEach(([id, fact], order) => {
    facts.set(id, { ...fact, id, order })
  })
  faults.push(...factFaults(facts, relative(process.cwd(), factsFile)))
  const amounts = new Map(Object.entries(readAmounts.value.amounts))

  const programmes = new Map<string, Programme>()
  const directory = join(flowsDirectory, 'programmes')
  const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'))
  for (const name of files.toSorted()) {
    const path = join(directory, name)
    const where = relative(process.cwd(), path)
    const read = readYaml(path, programmeFileSchema)
    if ('faults' in read) {
      faults.push(...read.faults)
      continue
    }
    const found = programmeFaults(read.value, facts, amounts, where)
    if (`${read.value.id}.yaml` !== name) found.push({ where, what: `the file of ${read.value.id} has another name` })
    faults.push(...found)
    if (found.length === 0) programmes.set(read.value.id, compileProgramme(read.value, facts, amounts))
  }
  if (faults.length > 0) return { faults }
  for (const programme of programmes.values()) {
    for (const other of programme.related) {
      if (!programmes.has(other)) {
        faults.push({
          where: relative(process.cwd(), join(directory, `${programme.id}.yaml`)),
          what: `related: there is no programme ${other}`,
        })
      }
    }
  }
  return faults.length > 0 ? { faults } : { value: { facts, programmes } }
}
