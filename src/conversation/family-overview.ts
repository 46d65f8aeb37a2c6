import { screen } from '../eligibility/screen.ts'
import { EMPTY_PROFILE } from '../profile/profile.ts'
import type { Words } from './effects.ts'
import { factsOfMember, memberName } from './family.ts'
import { programmesAsked } from './form.ts'
import { isOpenToAll } from './results.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

/** Each member of the household with what they may hope for, as far as they were spoken of. */
export function familyLines(turn: Turn, session: Session): Words[] {
  const members = (session.family ?? EMPTY_PROFILE).members.map(({ id }) => {
    const hopeful = hopefulOf(turn, session, id)
    const found =
      hopeful.length > 0
        ? hopeful.map((key) => `• ${wordsOf(turn, session, { key })}`).join('\n')
        : wordsOf(turn, session, { key: 'check.family.nothingYet' })
    return `${memberName(turn, session, id)}:\n${found}`
  })
  return [{ key: 'check.family.title' }, ...members]
}

function hopefulOf(turn: Turn, session: Session, memberId: string): string[] {
  const { eligibility } = turn.definitions
  const facts = factsOfMember(turn, session, memberId)
  const { determinations } = screen(eligibility, facts, turn.situation.today, programmesAsked(turn, session))
  return determinations
    .filter((one) => !isOpenToAll(one) && (one.outcome === 'eligible' || one.outcome === 'needs_officer'))
    .map((one) => `programmes.${one.programme}.name`)
}
