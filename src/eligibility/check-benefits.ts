/**
 * The proofs about what a version gives: whoever qualifies gets one of its benefits, each benefit is somebody's, and each
 * amount is known, or said to be not known, on every day of the version. Pure.
 */
import type { Fault } from '../errors.ts'
import type { AmountSeries } from './amounts.ts'
import { dayAfter, lastDay } from './basis.ts'
import { NO, type Rule, YES } from './criteria.ts'
import { buildDiagrams } from './diagram.ts'
import { describePerson, findPerson } from './diagram-paths.ts'
import type { EligibilityDefinitions, Programme, ProgrammeVersion } from './programme.ts'

export function benefitFaults(programme: Programme): Fault[] {
  return programme.versions.flatMap((version) => {
    const where = `flows/programmes/${programme.id}.yaml version ${version.id}`
    const problems = [...bandProblems(programme, version), ...amountProblems(programme, version)]
    return problems.map((what) => ({ where, what }))
  })
}

const ALWAYS: Rule = { kind: 'all', parts: [], atBest: YES }

function bandProblems(programme: Programme, version: ProgrammeVersion): string[] {
  const rules = version.benefit.map((benefit) => benefit.rule ?? ALWAYS)
  const { roots, variables } = buildDiagrams([version.rule, ...rules], programme.facts)
  const problems = version.benefit.flatMap(({ key }, index) => {
    const first = findPerson(roots, variables, ([result, ...benefits]) => {
      return result !== NO && benefits.findIndex((benefit) => benefit !== NO) === index
    })
    if (first !== undefined) return []
    return [
      `benefit ${key} is nobody's: those who qualify get an earlier one; put it before, correct its \`when\` or remove it`,
    ]
  })
  const left = findPerson(roots, variables, ([result, ...benefits]) => {
    return result !== NO && benefits.every((benefit) => benefit === NO)
  })
  if (left === undefined) return problems
  return [...problems, `no benefit is for ${describePerson(left)}, who qualifies: add one or correct a \`when\``]
}

function amountProblems(programme: Programme, version: ProgrammeVersion): string[] {
  const shared = version.benefit.flatMap(({ amounts }) => amounts.flatMap((amount) => amount.of ?? []))
  return [...new Set(shared)].flatMap((id) => {
    const series = programme.amounts.get(id)
    const missing = series === undefined ? version.from : firstDayWithout(series, version)
    if (missing === undefined) return []
    return [
      `amount ${id} of flows/amounts.yaml is not known from ${missing}: add it, or state the days under its \`holes\``,
    ]
  })
}

/** The first day of a period on which a series has neither an amount nor a stated hole. */
function firstDayWithout(series: AmountSeries, period: Pick<ProgrammeVersion, 'from' | 'to'>): string | undefined {
  let day = period.from
  for (const entry of [...series.values, ...series.holes].toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (entry.from > day) break
    if (lastDay(entry.to) >= lastDay(period.to)) return undefined
    if (lastDay(entry.to) >= day) day = dayAfter(lastDay(entry.to))
  }
  return day
}

/** Two amounts on one day would leave open which is told. */
export function seriesFaults({ programmes }: EligibilityDefinitions): Fault[] {
  const all = new Map([...programmes.values()].flatMap((programme) => [...programme.amounts]))
  return [...all].flatMap(([id, series]) => {
    const where = `flows/amounts.yaml ${id}`
    const sorted = [...series.values, ...series.holes].toSorted((a, b) => (a.from < b.from ? -1 : 1))
    return sorted.slice(1).flatMap((entry, index) => {
      const before = sorted[index]
      if (before === undefined || entry.from > lastDay(before.to)) return []
      return [{ where, what: `two entries hold on ${entry.from}: end the earlier one the day before` }]
    })
  })
}
