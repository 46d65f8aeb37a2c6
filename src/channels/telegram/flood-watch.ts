import type { DeliveryOutcome } from '../../messaging/channel.ts'
import { FLOOD_LIMIT } from './outcome.ts'

/** Chats that were told to slow down within this time are counted together. */
const TOGETHER_MS = 10_000
/** So many of them, whatever went through meanwhile, are no matter of one chat any more. */
const MANY_CHATS = 3

export interface FloodWatch {
  /** What an outcome means once it is known how the other chats fare. */
  judge(address: string, outcome: DeliveryOutcome, now: Date): DeliveryOutcome
}

/**
 * Telegram does not say whether a chat has had too much or the whole bot. While others get their messages, only the chat
 * that was refused waits, so that one chatterer silences nobody else; when chat after chat is refused, all wait.
 */
export function createFloodWatch(): FloodWatch {
  const refusedAt = new Map<string, number>()
  /** Nothing went through since these were refused. */
  const inARow = new Set<string>()

  return {
    judge(address, outcome, now) {
      if (outcome.kind === 'delivered') inARow.clear()
      if (outcome.kind !== 'hold' || outcome.reason !== FLOOD_LIMIT) return outcome
      for (const [chat, at] of refusedAt) {
        if (at > now.getTime() - TOGETHER_MS) continue
        refusedAt.delete(chat)
        inARow.delete(chat)
      }
      refusedAt.set(address, now.getTime())
      inARow.add(address)
      return inARow.size > 1 || refusedAt.size >= MANY_CHATS ? outcome : { ...outcome, kind: 'wait' }
    },
  }
}
