/**
 * The proofs about the programmes that take longer than a start should. For `npm run check`; the quick structural part
 * runs while reading. Each kind of proof has a file of its own. Pure.
 */
import type { Fault } from '../errors.ts'
import { benefitFaults, seriesFaults } from './check-benefits.ts'
import { citationFaults } from './check-citations.ts'
import { criteriaFaults } from './check-criteria.ts'
import { exampleFaults } from './check-examples.ts'
import { proveSoundness } from './check-soundness.ts'
import type { EligibilityDefinitions, Programme } from './programme.ts'

export interface EligibilityCheck {
  faults: Fault[]
  /** How much the proof of soundness went through. */
  proved: { versions: number; situations: number; people: number }
}

/** Situations of one version that are proved at most besides all people; a version with fewer is proved whole. */
const MOST_SITUATIONS = 1_000

export function checkEligibility(definitions: EligibilityDefinitions): EligibilityCheck {
  const programmes = [...definitions.programmes.values()]
  const faults = [
    ...seriesFaults(definitions),
    ...programmes.flatMap((programme) => [
      ...criteriaFaults(programme),
      ...benefitFaults(programme),
      ...citationFaults(programme),
      ...exampleFaults(definitions, programme),
      ...groupFaults(definitions, programme),
    ]),
  ]
  const proved = { versions: 0, situations: 0, people: 0 }
  for (const programme of programmes) {
    for (const version of programme.versions) {
      const proof = proveSoundness(programme, version, MOST_SITUATIONS)
      faults.push(...proof.faults)
      proved.versions += 1
      proved.situations += proof.situations
      proved.people += proof.people
    }
  }
  return { faults, proved }
}

/** Two programmes of a group with one rank would leave open which is paid. */
function groupFaults(definitions: EligibilityDefinitions, programme: Programme): Fault[] {
  const own = programme.exclusive
  const twin = [...definitions.programmes.values()].find(
    (other) => other.id < programme.id && other.exclusive?.group === own?.group && other.exclusive?.rank === own?.rank,
  )
  if (own === undefined || twin === undefined) return []
  return [
    {
      where: `flows/programmes/${programme.id}.yaml`,
      what: `has the same rank in ${own.group} as ${twin.id}: give each a rank of its own`,
    },
  ]
}
