import type { AmountSeries } from '../eligibility/amounts.ts'
import { inForce } from '../eligibility/basis.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'

export type RegisterFigure = 'escaped_household_months' | 'child_below_age' | 'elderly_from_age'

/** A figure of law that the register counts by, from `flows/amounts.yaml`; null when none is verified for that day. */
export function figureOn(eligibility: EligibilityDefinitions, figure: RegisterFigure, day: string): number | null {
  const entry = seriesOf(eligibility, figure)?.values.find((value) => inForce(value, day))
  return entry === undefined || entry.confidence === 'unverified' ? null : entry.value
}

/** All programmes share the same series. */
function seriesOf({ programmes }: EligibilityDefinitions, figure: RegisterFigure): AmountSeries | undefined {
  const [any] = programmes.values()
  return any?.amounts.get(figure)
}

/** The last day of the help after an escape. */
export function helpedUntil(escapedOn: string, months: number): string {
  const [year = 0, month = 1, day = 1] = escapedOn.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10)
}
