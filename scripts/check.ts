/** `npm run check`: the definitions with all their proofs, and the locales. Types, lint and exports are checked beside it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { localDay } from '../src/clock.ts'
import { readDefinitions } from '../src/definitions/read-definitions.ts'
import { readCalendarFile } from '../src/desk/read-calendar.ts'
import { checkEligibility, type EligibilityCheck } from '../src/eligibility/check.ts'
import { type ProgrammeFigures, programmeFigures } from '../src/eligibility/figures.ts'
import { type Fault, InvalidConfiguration } from '../src/errors.ts'
import { LANGUAGES } from '../src/i18n.ts'
import { checkKnowledge, overdueReviews } from '../src/knowledge/check-knowledge.ts'
import { checkIndicators } from '../src/reports/indicator.ts'
import { checkRequests } from '../src/requests/check-requests.ts'
import { staleTemplates } from '../src/templates/check-templates.ts'
import { checkTerritory } from '../src/territory/check-territory.ts'
import { COMPLAINT_TOPIC } from '../src/territory/route.ts'
import { checkUnderstanding } from '../src/understanding/check.ts'
import { checkLunarDays } from './lunar.ts'

const root = join(import.meta.dirname, '..')

/** Topics that stand for no service and need no answers of their own. */
const NO_SERVICE = new Set(['out_of_scope', 'smalltalk'])

function run(): Fault[] {
  const faults: Fault[] = incompleteLocales()
  try {
    const definitions = readDefinitions(root)
    const { eligibility, knowledge, requests, territory, texts } = definitions
    const topics = new Set(definitions.understander.understand('').topics.map((topic) => topic.id))
    const today = localDay(new Date())
    const startedAt = performance.now()
    const proofs = checkEligibility(eligibility)
    printFigures(programmeFigures(eligibility), proofs.proved, performance.now() - startedAt)
    faults.push(
      ...proofs.faults,
      ...checkTerritory(territory),
      ...lunarFaults(),
      ...checkUnderstanding(join(root, 'flows')),
      ...checkKnowledge(knowledge, { texts, topics: [...topics].filter((id) => !NO_SERVICE.has(id)) }, today),
      ...checkIndicators(definitions.reports, {
        topics: new Set([...topics, COMPLAINT_TOPIC].filter((id) => !NO_SERVICE.has(id))),
        texts,
      }),
      ...checkRequests(requests, {
        topics,
        facts: new Set(eligibility.facts.keys()),
        programmes: new Set(eligibility.programmes.keys()),
      }),
    )
    const stale = staleTemplates(definitions.replyTemplates, eligibility, today)
    for (const { where, what } of [...overdueReviews(knowledge, today), ...stale])
      process.stdout.write(`Warning: ${where}: ${what}\n`)
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error
    faults.push(...error.faults)
  }
  return faults
}

function lunarFaults(): Fault[] {
  const calendar = readCalendarFile(join(root, 'flows'))
  return 'value' in calendar ? checkLunarDays(calendar.value) : calendar.faults
}

const COLUMNS = {
  versions: 'versions',
  criteria: 'criteria',
  citations: 'cited',
  high: 'high',
  medium: 'medium',
  low: 'low',
  unverified: 'unver.',
  leftOut: 'left out',
  examples: 'examples',
} as const satisfies Partial<Record<keyof ProgrammeFigures, string>>

/** One line a programme. `left out` = unverified amounts, papers and time limits, which nobody is told. */
function printFigures(rows: readonly ProgrammeFigures[], proved: EligibilityCheck['proved'], elapsedMs: number): void {
  const columns = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
  const widest = Math.max(...rows.map((row) => row.programme.length))
  const line = (first: string, cell: (column: keyof typeof COLUMNS) => string | number) =>
    `${first.padEnd(widest)}${columns.map((column) => String(cell(column)).padStart(COLUMNS[column].length + 1)).join('')}\n`
  const total = (column: keyof typeof COLUMNS) => rows.reduce((sum, row) => sum + row[column], 0)
  process.stdout.write(line('programme', (column) => COLUMNS[column]))
  for (const row of rows) process.stdout.write(line(row.programme, (column) => row[column]))
  process.stdout.write(line(`${rows.length} programmes`, total))
  const { versions, situations, people } = proved
  process.stdout.write(
    `Outcomes proved: ${versions} versions, ${situations} situations against ${people} completions, ` +
      `${(elapsedMs / 1000).toFixed(1)} s with all other proofs.\n`,
  )
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
