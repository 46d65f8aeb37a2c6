/** Somebody who may get the next piece of work. Pure, like the choice. */
export interface Candidate {
  id: string
  /** Tickets they have and have not finished. */
  openWork: number
  /** When the first of them is due. */
  nextDueAt: Date | null
}

/** The one with least work; among equals the one with most time until the next deadline. Null when there is nobody. */
export function chooseOfficer(candidates: readonly Candidate[]): Candidate | null {
  return candidates.reduce<Candidate | null>(
    (best, candidate) => (best === null || isBetter(candidate, best) ? candidate : best),
    null,
  )
}

function isBetter(one: Candidate, other: Candidate): boolean {
  if (one.openWork !== other.openWork) return one.openWork < other.openWork
  const times = [one, other].map(({ nextDueAt }) => nextDueAt?.getTime() ?? Number.POSITIVE_INFINITY)
  const [own = 0, others = 0] = times
  return own === others ? one.id < other.id : own > others
}
