import { EMPTY_PROFILE, SELF } from '../profile/profile.ts'
import type { Option } from './effects.ts'
import { memberName } from './family.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

export const MEMBER = 'member:'
export const NEW_MEMBER = '~other'
export const KIN = 'kin:'

const KINDS = ['mother', 'father', 'child', 'grandchild', 'partner', 'grandparent', 'sibling', 'other'] as const

/** For whom: the person themselves, those already spoken of, somebody else. Who was spoken of last comes first. */
export function memberOptions(turn: Turn, session: Session): Option[] {
  const others = (session.family ?? EMPTY_PROFILE).members.filter((member) => member.id !== SELF)
  return [
    { value: `${MEMBER}${SELF}`, label: { key: 'check.who.self' } },
    ...others.toReversed().map(({ id }) => ({ value: `${MEMBER}${id}`, label: memberName(turn, session, id) })),
    { value: NEW_MEMBER, label: { key: 'check.who.other' } },
  ]
}

/** Common kin; the rest is told in own words. */
export function kinOptions(): Option[] {
  return KINDS.map((kin) => ({ value: `${KIN}${kin}`, label: { key: `check.kin.${kin}` } }))
}
