import type { Facts } from '../eligibility/facts.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import { type Screening, screen } from '../eligibility/screen.ts'
import { rememberRecent } from '../recent.ts'

type Screen = (facts: Facts, day: string, programmes?: readonly string[]) => Screening

const remembered = new WeakMap<EligibilityDefinitions, Screen>()

/** As `screen`; one step judges the same answers several times, and many people begin with the same ones. */
export function screenRecent(definitions: EligibilityDefinitions, ...asked: Parameters<Screen>): Screening {
  const known =
    remembered.get(definitions) ??
    rememberRecent<Parameters<Screen>, Screening>(
      (...args) => screen(definitions, ...args),
      (...args) => JSON.stringify(args),
      50,
    )
  remembered.set(definitions, known)
  return known(...asked)
}
