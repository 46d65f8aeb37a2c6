import { z } from 'zod'
import type { Transaction } from '../db/client.ts'
import { acceptHandOff } from '../desk/accept-hand-off.ts'
import type { ActOutcome, ActRequest } from '../desk/act.ts'
import { ask } from '../desk/ask.ts'
import { claim } from '../desk/claim.ts'
import { handOff } from '../desk/hand-off.ts'
import { note } from '../desk/note.ts'
import { release } from '../desk/release.ts'
import { reopen } from '../desk/reopen.ts'
import { reply } from '../desk/reply.ts'
import { resolve } from '../desk/resolve.ts'
import { returnHandOff } from '../desk/return-hand-off.ts'
import type { DeskServices } from '../desk/services.ts'
import { RESULTS } from '../desk/ticket.ts'

/** What an officer is about to do, complete: it can be done, shown before it is done, or kept until it may be done. */
export const deedSchema = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('claim') }),
  z.object({ verb: z.literal('release') }),
  z.object({ verb: z.literal('accept') }),
  /** `attachmentIds`: files of the officer's chat, still to be fetched. */
  z.object({ verb: z.literal('reply'), text: z.string(), attachmentIds: z.array(z.string()) }),
  z.object({ verb: z.literal('note'), text: z.string() }),
  z.object({ verb: z.literal('ask'), text: z.string(), papers: z.array(z.string()) }),
  z.object({
    verb: z.literal('hand-off'),
    toUnit: z.string(),
    toOfficer: z.string().nullable(),
    reason: z.string(),
  }),
  z.object({ verb: z.literal('return'), reason: z.string() }),
  z.object({
    verb: z.literal('resolve'),
    result: z.enum(RESULTS),
    reason: z.string().nullable(),
    basis: z.string().nullable(),
    nextStep: z.string(),
  }),
  z.object({ verb: z.literal('reopen'), reason: z.string() }),
])
export type Deed = z.infer<typeof deedSchema>

/** Does it through the desk, inside the caller's transaction, which holds the rows of the citizen's contacts. */
export function doDeed(
  tx: Transaction,
  desk: DeskServices,
  asked: ActRequest,
  deed: Deed,
  now: Date,
): Promise<ActOutcome> {
  switch (deed.verb) {
    case 'claim':
      return claim(tx, desk, asked, now)
    case 'release':
      return release(tx, desk, asked, now)
    case 'accept':
      return acceptHandOff(tx, desk, asked, now)
    case 'reply':
      return reply(tx, desk, { ...asked, text: deed.text, attachmentIds: [] }, now)
    case 'note':
      return note(tx, desk, { ...asked, text: deed.text, attachmentIds: [] }, now)
    case 'ask':
      return ask(tx, desk, { ...asked, text: deed.text, papers: deed.papers }, now)
    case 'hand-off':
      return handOff(tx, desk, { ...asked, toUnit: deed.toUnit, toOfficer: deed.toOfficer, reason: deed.reason }, now)
    case 'return':
      return returnHandOff(tx, desk, { ...asked, reason: deed.reason }, now)
    case 'resolve': {
      const { result, reason, basis, nextStep } = deed
      return resolve(tx, desk, { ...asked, result, reason, basis, nextStep, text: null }, now)
    }
    case 'reopen':
      return reopen(tx, desk, { ...asked, reason: deed.reason }, now)
    default:
      return deed satisfies never
  }
}

/** The words that the officer typed for it, to be read once more. */
export function wordsOfDeed(deed: Deed): string {
  switch (deed.verb) {
    case 'reply':
    case 'note':
      return deed.text
    case 'ask':
      return [...deed.papers.map((paper) => `• ${paper}`), deed.text].filter((line) => line !== '').join('\n')
    case 'hand-off':
    case 'return':
    case 'reopen':
      return deed.reason
    case 'resolve':
      return [deed.reason, deed.basis, deed.nextStep].filter((part) => part !== null).join('\n')
    case 'claim':
    case 'release':
    case 'accept':
      return ''
    default:
      return deed satisfies never
  }
}
