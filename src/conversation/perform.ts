import { randomBytes } from 'node:crypto'
import { homeOf, wholePerson } from '../accounts/join.ts'
import { forgetSubscriptions, hearAgain, noteAsked, subscribe, unsubscribe } from '../broadcasts/subscriptions.ts'
import { noteHeard } from '../broadcasts/tap.ts'
import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { citizenSays, papersCame, withdrawTickets } from '../desk/citizen-says.ts'
import { officerSaysElsewhere } from '../desk/officer-says-elsewhere.ts'
import type { DeskServices } from '../desk/services.ts'
import { newId } from '../ids.ts'
import type { ContactRow } from '../messaging/contact.ts'
import type { Message } from '../messaging/message.ts'
import { forgetChat } from '../officer-chat/unlink.ts'
import { forgetProfile, storeProfile } from '../profile/store-profile.ts'
import { type Key, open, seal } from '../secrets.ts'
import { type AccountLinks, giveData, giveLinkCode, part, tellJoined } from './accounts.ts'
import type { Effect } from './effects.ts'
import { fileDraft } from './file-draft.ts'
import { contactsOf, tellUnit } from './perform-broadcast.ts'
import { confirm, explain, offerOnTicket, rate, reopen, want } from './perform-ticket.ts'
import { render } from './render.ts'
import type { Session } from './session.ts'
import { showOpenings } from './show-openings.ts'
import type { Turn } from './situation.ts'

/** What consent was given to: raised when the words of the consent change in substance. */
export const CONSENT_VERSION = 1

/** Whom the effects concern, inside the transaction that holds the contact's lock. */
export interface Performance {
  tx: Transaction
  desk: DeskServices
  turn: Turn
  session: Session
  contact: ContactRow
  /** Other contacts whose rows the transaction holds. */
  held: readonly ContactRow[]
  links: AccountLinks
}

export interface Performed {
  messages: Message[]
  /** Set when the person was erased: messages go to the address under this new, empty contact. */
  successor: { id: string; key: Key } | null
}

/** Does what the engine asked for, in order, and gathers what is to be said. */
export async function perform(performance: Performance, effects: readonly Effect[]): Promise<Performed> {
  const { tx, desk, turn, session, contact, held } = performance
  const { now } = turn.situation
  const people = wholePerson(contact, held)
  const home = homeOf(contact, people)
  const all = list(
    tx,
    people.map(({ id }) => id),
  )
  const person = contactsOf(contact, people)
  const messages: Message[] = []
  let successor: Performed['successor'] = null
  for (const effect of effects) {
    switch (effect.kind) {
      case 'say':
        messages.push(...render(turn, session, effect))
        break
      case 'setLanguage':
        await tx`update contacts set language = ${effect.language} where id = ${contact.id}`
        break
      case 'giveConsent':
        await tx`update contacts set consent_at = ${now}, consent_version = ${CONSENT_VERSION}, consent_refused_at = null where id = any (${all}::uuid[])`
        break
      case 'refuseConsent':
        await tx`update contacts set consent_refused_at = ${now}, consent_at = null where id = any (${all}::uuid[])`
        await forgetProfile(tx, home.id)
        break
      case 'keepProfile':
        await storeProfile(tx, home, effect.profile, now)
        break
      case 'setCommune':
        await tx`update contacts set commune_code = ${effect.code} where id = any (${all}::uuid[])`
        break
      case 'stopInformation':
        await tx`update contacts set information_stopped_at = ${now} where id = any (${all}::uuid[])`
        break
      case 'stopAll':
        await tx`update contacts set information_stopped_at = ${now}, all_stopped_at = ${now} where id = any (${all}::uuid[])`
        break
      case 'hearAgain':
        await hearAgain(tx, person)
        break
      case 'subscribe':
        await subscribe(tx, person, effect.topic, now)
        break
      case 'unsubscribe':
        await unsubscribe(tx, person, effect.topic)
        break
      case 'noteNewsAsked':
        await noteAsked(tx, person, now)
        break
      case 'noteHeard':
        await noteHeard(tx, { broadcastId: effect.broadcastId, contactIds: person.ids }, effect.hearing, now)
        break
      case 'replyToBroadcast':
        messages.push(...(await tellUnit(performance, person, effect)))
        break
      case 'markReachable':
        await tx`update contacts set unreachable_at = ${effect.reachable ? null : now} where id = ${contact.id}`
        break
      case 'officerSpoke':
        await officerSaysElsewhere(tx, desk, { contactId: contact.id, ...effect }, now)
        break
      case 'releaseTalk':
        await tx`update contacts set talk_ticket_id = null where id = any (${all}::uuid[])`
        break
      case 'sayToTicket':
        await citizenSays(tx, desk, effect, now)
        break
      case 'papersCame':
        await papersCame(tx, desk, effect, now)
        break
      case 'confirmResolved':
        messages.push(...(await confirm(performance, effect)))
        break
      case 'reopenTicket':
        messages.push(...(await reopen(performance, effect)))
        break
      case 'rateTicket':
        messages.push(...(await rate(performance, effect)))
        break
      case 'explainTicket':
        messages.push(...(await explain(performance, effect)))
        break
      case 'offerOnTicket':
        messages.push(...(await offerOnTicket(performance, effect)))
        break
      case 'showOpenings':
        messages.push(...(await showOpenings(performance, effect)))
        break
      case 'wantOpening':
        messages.push(...(await want(performance, effect)))
        break
      case 'fileTicket':
        messages.push(...(await fileDraft(performance, effect.draft, effect.opening)))
        break
      case 'erase':
        for (const one of people) {
          await withdrawTickets(tx, one.id, now)
          const heir = await eraseContact(performance, one)
          if (one.id === contact.id) successor = heir
        }
        break
      case 'giveLinkCode':
        messages.push(...(await giveLinkCode(performance)))
        break
      case 'tellJoined':
        await tellJoined(performance, effect.contactId)
        break
      case 'part':
        messages.push(...(await part(performance)))
        break
      case 'exportData':
        messages.push(...(await giveData(performance)))
        break
      default:
        effect satisfies never
    }
  }
  return { messages, successor }
}

/**
 * Destroys the person's key: whatever was sealed with it is lost for good, on tickets too. The address goes on under a
 * new contact that knows nothing but the language, so that the farewell can be sent and the person can begin anew.
 */
async function eraseContact({ tx, desk, turn }: Performance, contact: ContactRow): Promise<{ id: string; key: Key }> {
  const { now } = turn.situation
  const [row] = await tx<
    { address_hash: Buffer; sealed_address: Buffer; language: string }[]
  >`select address_hash, sealed_address, language from contacts where id = ${contact.id}`
  if (!row) throw new Error('The contact is gone')
  const { key, sealed } = desk.secrets.newPersonKey()
  const id = newId()
  const address = seal(key, open(contact.key, row.sealed_address))
  await tx`update contacts set address_hash = ${randomBytes(32)}, sealed_address = ${Buffer.alloc(0)}, sealed_key = null,
    commune_code = null, consent_at = null, talk_ticket_id = null, person_id = null, erased_at = ${now} where id = ${contact.id}`
  await tx`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, language, created_at)
    values (${id}, ${contact.channel}, ${contact.account}, ${row.address_hash}, ${address}, ${sealed}, ${row.language}, ${now})`
  await Promise.all([
    tx`update inbox set contact_id = ${id} where contact_id = ${contact.id} and handled_at is null and failed_at is null`,
    // When they last wrote says nothing more than that the address is in use; what was paid stays as a figure of nobody's.
    tx`update reply_windows set seen_at = null, received_at = null, paid_remaining = null, sealed_phone = null
      where channel = ${contact.channel} and account = ${contact.account} and address_hash = ${row.address_hash}`,
    tx`update paid_notices set address_hash = ${randomBytes(32)}
      where channel = ${contact.channel} and account = ${contact.account} and address_hash = ${row.address_hash}`,
    // Given up and kept to be looked at, under a key that is not the person's.
    tx`update inbox set sealed_body = null where contact_id = ${contact.id} and failed_at is not null`,
    tx`update outbox set state = 'dropped', settled_at = ${now} where contact_id = ${contact.id} and state = 'waiting'`,
    tx`delete from messages where contact_id = ${contact.id} and ticket_id is null`,
    tx`delete from attachments where contact_id = ${contact.id}`,
    tx`delete from screenings where contact_id = ${contact.id} and ticket_id is null`,
    tx`delete from sessions where contact_id = ${contact.id}`,
    forgetProfile(tx, contact.id),
    forgetSubscriptions(tx, contact.id),
    // The commune's register stays: it is kept by law, not by the person's consent.
    tx`delete from register_links where contact_id = ${contact.id}`,
    tx`delete from opening_offers where contact_id = ${contact.id}`,
    tx`delete from officer_contacts where contact_id = ${contact.id}`,
    forgetChat(tx, contact.id, now),
    tx`delete from link_codes where contact_id = ${contact.id}`,
    tx`delete from link_tries where scope = ${contact.id}`,
  ])
  return { id, key }
}
