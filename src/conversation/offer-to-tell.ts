import type { Understanding } from '../understanding/understander.ts'
import type { StepResult } from './advance.ts'
import type { TellUnit } from './news-prompt.ts'
import { ask } from './prompt.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

/** Words beyond these are cut; the officer reads the whole talk. */
export const LONGEST_WORDS = 2_000

const WORDS_OF_A_MATTER = 5

/** Whether the newest thing that reached the person is a policy message rather than what this session asked. */
export function isAfterBroadcast({ situation }: Turn, session: Session): boolean {
  const { broadcast } = situation
  return (
    broadcast?.isQuoted === true || (broadcast != null && broadcast.sentAt.getTime() > Date.parse(session.updatedAt))
  )
}

/** Words soon after a message that are about nothing else may be for its unit: one button brings them there. */
export function offerToTell(
  turn: Turn,
  session: Session,
  text: string,
  understanding: Understanding,
  services: readonly string[],
): StepResult | null {
  const { broadcast, messageId, attachmentIds } = turn.situation
  if (!broadcast) return null
  // A greeting of many words, said as the next thing, is hardly one.
  const isLong = text.trim().split(/\s+/).length >= WORDS_OF_A_MATTER && isAfterBroadcast(turn, session)
  const isTold = understanding.decision === 'smalltalk' ? isLong : isForUnit(understanding, services, broadcast.topic)
  if (!isTold) return null
  const interruption: TellUnit = {
    kind: 'tellUnit',
    broadcastId: broadcast.id,
    text: text.slice(0, LONGEST_WORDS),
    messageIds: [messageId],
    attachmentIds,
    topics: services.slice(0, 2),
  }
  // Where it belongs to somebody else, that is said first.
  const { door } = understanding
  return ask(
    turn,
    { ...session, interruption, page: 0 },
    [],
    door === undefined ? [] : [{ key: `topics.doors.${door}` }],
  )
}

function isForUnit({ decision }: Understanding, services: readonly string[], topic: string): boolean {
  return decision === 'out_of_scope' || decision === 'ask' || (decision === 'accept' && services[0] === topic)
}
