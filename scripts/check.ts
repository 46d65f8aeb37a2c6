/** `npm run check`: the definitions with all their proofs, and the locales. Types, lint and exports are checked beside it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDefinitions } from '../src/definitions/read-definitions.ts'
import { checkEligibility } from '../src/eligibility/check.ts'
import { type Fault, InvalidConfiguration } from '../src/errors.ts'
import { LANGUAGES } from '../src/i18n.ts'
import { checkRequests } from '../src/requests/check-requests.ts'
import { checkTerritory } from '../src/territory/check-territory.ts'
import { checkUnderstanding } from '../src/understanding/check.ts'

const root = join(import.meta.dirname, '..')

function run(): Fault[] {
  const faults: Fault[] = incompleteLocales()
  try {
    const definitions = readDefinitions(root)
    const { eligibility, requests, territory } = definitions
    faults.push(
      ...checkEligibility(eligibility),
      ...checkTerritory(territory),
      ...checkUnderstanding(join(root, 'flows')),
      ...checkRequests(requests, {
        topics: new Set(definitions.understander.understand('').topics.map((topic) => topic.id)),
        facts: new Set(eligibility.facts.keys()),
        programmes: new Set(eligibility.programmes.keys()),
      }),
    )
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error
    faults.push(...error.faults)
  }
  return faults
}

/** Each language has the same files with the same keys, and each text takes the same values. */
function incompleteLocales(): Fault[] {
  const files = new Set(LANGUAGES.flatMap((language) => readdirSync(join(root, 'locales', language))))
  return [...files].flatMap((file) => {
    const texts = LANGUAGES.map((language) => {
      const path = join(root, 'locales', language, file)
      return {
        language,
        texts: existsSync(path) ? flatten(JSON.parse(readFileSync(path, 'utf8'))) : new Map<string, string>(),
      }
    })
    const keys = new Set(texts.flatMap((one) => [...one.texts.keys()]))
    return [...keys].flatMap((key) => {
      const missing = texts.filter((one) => !one.texts.has(key))
      if (missing.length > 0)
        return missing.map((one) => ({ where: `locales/${one.language}/${file}`, what: `text ${key} is missing` }))
      const values = new Set(texts.map((one) => placeholders(one.texts.get(key) ?? '')))
      return values.size === 1
        ? []
        : [{ where: `locales/*/${file}`, what: `text ${key} takes different values in each language` }]
    })
  })
}

function flatten(value: unknown, prefix = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[prefix, value]])
  if (value === null || typeof value !== 'object') return new Map()
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, prefix === '' ? key : `${prefix}.${key}`)]),
  )
}

function placeholders(text: string): string {
  return [...new Set([...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1]))].sort().join(',')
}

const faults = run()
for (const fault of faults) process.stderr.write(`${fault.where}: ${fault.what}\n`)
process.stdout.write(faults.length === 0 ? 'Definitions and texts are sound.\n' : `${faults.length} fault(s).\n`)
process.exitCode = faults.length === 0 ? 0 : 1
