/**
 * What a person wants to hear of without asking. A person has one list, by the contact whose key seals what joined
 * contacts have in common; the standing stops are in `contacts`.
 */
import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'

/** What a person chose to hear of. */
export interface NewsChoice {
  topics: readonly string[]
  /** Said "dừng": the topics are kept for the day on which the person wants to hear again. */
  isStopped: boolean
  /** Whether the question was put to the person once, or needed no putting. */
  wasAsked: boolean
}

/** Of these contacts' people, by contact. */
export async function newsOf(sql: Sql | Transaction, contactIds: readonly string[]): Promise<Map<string, NewsChoice>> {
  if (contactIds.length === 0) return new Map()
  const rows = await sql<{ id: string; is_stopped: boolean; was_asked: boolean; topics: string[] }[]>`
    select c.id, c.information_stopped_at is not null or c.all_stopped_at is not null as is_stopped,
      exists (select from subscription_questions q where q.contact_id = coalesce(c.person_id, c.id)) as was_asked,
      array(select s.topic from subscriptions s where s.contact_id = coalesce(c.person_id, c.id) order by s.topic) as topics
    from contacts c where c.id = any (${list(sql, contactIds)}::uuid[])`
  return new Map(
    rows.map((row) => {
      const wasAsked = row.was_asked || row.is_stopped || row.topics.length > 0
      return [row.id, { topics: row.topics, isStopped: row.is_stopped, wasAsked }]
    }),
  )
}

/** The contacts of one person: the one that keeps what they have in common, and all. */
export interface PersonContacts {
  homeId: string
  ids: readonly string[]
}

/** The newest word holds: whoever stopped and then asks for a topic hears of that one, not of what was stopped. */
export async function subscribe(tx: Transaction, person: PersonContacts, topic: string, now: Date): Promise<void> {
  const [stopped] = await tx`
    select 1 from contacts where id = any (${list(tx, person.ids)}::uuid[])
      and (information_stopped_at is not null or all_stopped_at is not null) limit 1`
  if (stopped !== undefined) {
    await tx`delete from subscriptions where contact_id = ${person.homeId}`
    await hearAgain(tx, person)
  }
  await tx`insert into subscriptions (contact_id, topic, since) values (${person.homeId}, ${topic}, ${now})
    on conflict do nothing`
}

export async function unsubscribe(tx: Transaction, { homeId }: PersonContacts, topic: string): Promise<void> {
  await tx`delete from subscriptions where contact_id = ${homeId} and topic = ${topic}`
}

/** Takes every stop back; the topics are those from before. */
export async function hearAgain(tx: Transaction, { ids }: PersonContacts): Promise<void> {
  await tx`update contacts set information_stopped_at = null, all_stopped_at = null where id = any (${list(tx, ids)}::uuid[])`
}

/** The person was asked what to hear of; it is not asked again. */
export async function noteAsked(tx: Transaction, { homeId }: PersonContacts, now: Date): Promise<void> {
  await tx`insert into subscription_questions (contact_id, asked_at) values (${homeId}, ${now}) on conflict do nothing`
}

/** Two people became one: what either wanted to hear of. */
export async function joinSubscriptions(
  tx: Transaction,
  { homeId, guestId }: { homeId: string; guestId: string },
): Promise<void> {
  if (homeId === guestId) return
  await tx`insert into subscriptions (contact_id, topic, since)
    select ${homeId}::uuid, topic, since from subscriptions where contact_id = ${guestId} on conflict do nothing`
  await tx`insert into subscription_questions (contact_id, asked_at)
    select ${homeId}::uuid, asked_at from subscription_questions where contact_id = ${guestId} on conflict do nothing`
  await forgetSubscriptions(tx, guestId)
}

/** One person became several: each goes on hearing of the same. */
export async function partSubscriptions(tx: Transaction, { homeId, ids }: PersonContacts): Promise<void> {
  const others = list(
    tx,
    ids.filter((id) => id !== homeId),
  )
  await tx`insert into subscriptions (contact_id, topic, since)
    select o.id, s.topic, s.since from subscriptions s cross join unnest(${others}::uuid[]) as o(id)
    where s.contact_id = ${homeId} on conflict do nothing`
  await tx`insert into subscription_questions (contact_id, asked_at)
    select o.id, q.asked_at from subscription_questions q cross join unnest(${others}::uuid[]) as o(id)
    where q.contact_id = ${homeId} on conflict do nothing`
}

export async function forgetSubscriptions(tx: Transaction, contactId: string): Promise<void> {
  await tx`delete from subscriptions where contact_id = ${contactId}`
  await tx`delete from subscription_questions where contact_id = ${contactId}`
}
