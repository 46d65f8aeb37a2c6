import { z } from 'zod'
import { isoLocal } from '../clock.ts'
import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { answerLineSchema, resolutionSchema } from '../desk/services.ts'
import type { ContactRow } from '../messaging/contact.ts'
import { talkEntrySchema } from '../messaging/message.ts'
import type { Profile } from '../profile/profile.ts'
import { loadProfiles, openProfile } from '../profile/store-profile.ts'
import { open, openJson } from '../secrets.ts'
import { homeOf } from './join.ts'

/** Everything that is kept about a person, opened. Times are of Viet Nam. */
export interface PersonalData {
  made_at: string
  chats: {
    channel: string
    language: string
    commune: string | null
    since: string
    consent_at: string | null
    consent_refused_at: string | null
    information_stopped_at: string | null
    all_stopped_at: string | null
    phone: string | null
    officer: string | null
  }[]
  household: Profile | null
  /** Topics that the person asked to hear of. */
  news: { topic: string; since: string }[]
  tickets: {
    number: string
    topic: string
    status: string
    commune: string | null
    filed_at: string
    closed_at: string | null
    answers: { label: string; value: string }[]
    papers_asked_for: string[]
    result: string | null
    result_words: Record<string, unknown> | null
  }[]
  talk: { at: string; channel: string; author: string; text: string; ticket: string | null; files: string[] }[]
  screenings: { day: string; facts: Record<string, unknown>; outcomes: { programme: string; outcome: string }[] }[]
  files: { id: string; media_type: string | null; bytes: number | null; at: string; ticket: string | null }[]
}

/** The newest of a talk; older words of a very long one stay with us and can be asked for. */
const LONGEST_TALK = 5_000
/** What was said to the person or by them; notes among officers are the office's own. */
const SPOKEN = ['citizen', 'bot', 'officer']

const screeningSchema = z.object({
  facts: z.record(z.string(), z.unknown()).default({}),
  determinations: z.array(z.looseObject({ programme: z.string(), outcome: z.string() })).default([]),
})

/** Gathers what is kept about a person over all their contacts. The caller holds their rows. */
export async function gatherData(
  tx: Transaction,
  people: readonly [ContactRow, ...ContactRow[]],
  now: Date,
): Promise<PersonalData> {
  const byId = new Map(people.map((contact) => [contact.id, contact]))
  const ids = list(tx, [...byId.keys()])
  const keyOf = (contactId: string) => byId.get(contactId)?.key ?? people[0].key
  const home = homeOf(people[0], people)
  const [chats, profiles, news, tickets, talk, screenings, files] = await Promise.all([
    readChats(tx, ids, byId),
    loadProfiles(tx, [home.id]),
    tx<{ topic: string; since: Date }[]>`
      select topic, since from subscriptions where contact_id = any (${ids}::uuid[]) order by since, topic`,
    tx<TicketRow[]>`
      select id, contact_id, number, topic, status, commune_code, created_at, closed_at, sealed_answers, sealed_papers,
        sealed_resolution, result
      from tickets where contact_id = any (${ids}::uuid[]) order by id`,
    tx<TalkRow[]>`
      select * from (
        select m.id, m.contact_id, m.author, m.sealed_body, m.created_at, t.number from messages m
        left join tickets t on t.id = m.ticket_id
        where m.contact_id = any (${ids}::uuid[]) and m.author = any (${list(tx, SPOKEN)}::text[])
        order by m.id desc limit ${LONGEST_TALK}
      ) as newest order by id`,
    tx<{ contact_id: string; day: string; sealed_screening: Buffer }[]>`
      select contact_id, day, sealed_screening from screenings
      where contact_id = any (${ids}::uuid[]) order by created_at`,
    tx<FileRow[]>`
      select a.id, a.media_type, a.size_bytes, a.created_at, t.number from attachments a
      left join tickets t on t.id = a.ticket_id where a.contact_id = any (${ids}::uuid[]) order by a.created_at`,
  ])
  const sealedProfile = profiles.get(home.id)
  return {
    made_at: isoLocal(now),
    chats,
    household: sealedProfile === undefined ? null : openProfile(home.key, sealedProfile),
    news: news.map(({ topic, since }) => ({ topic, since: isoLocal(since) })),
    tickets: tickets.map((row) => ticketOf(row, keyOf(row.contact_id))),
    talk: talk.map((row) => {
      const entry = talkEntrySchema.parse(openJson(keyOf(row.contact_id), row.sealed_body))
      return {
        at: isoLocal(row.created_at),
        channel: byId.get(row.contact_id)?.channel ?? '',
        author: row.author,
        text: entry.text,
        ticket: row.number,
        files: entry.attachmentIds,
      }
    }),
    screenings: screenings.map((row) => {
      const { facts, determinations } = screeningSchema.parse(openJson(keyOf(row.contact_id), row.sealed_screening))
      return { day: row.day, facts, outcomes: determinations.map(({ programme, outcome }) => ({ programme, outcome })) }
    }),
    files: files.map((row) => ({
      id: row.id,
      media_type: row.media_type,
      bytes: row.size_bytes,
      at: isoLocal(row.created_at),
      ticket: row.number,
    })),
  }
}

interface TicketRow {
  contact_id: string
  number: string
  topic: string
  status: string
  commune_code: string | null
  created_at: Date
  closed_at: Date | null
  sealed_answers: Buffer
  sealed_papers: Buffer | null
  sealed_resolution: Buffer | null
  result: string | null
}

interface TalkRow {
  contact_id: string
  author: string
  sealed_body: Buffer
  created_at: Date
  number: string | null
}

interface FileRow {
  id: string
  media_type: string | null
  size_bytes: number | null
  created_at: Date
  number: string | null
}

function ticketOf(row: TicketRow, key: ContactRow['key']): PersonalData['tickets'][number] {
  const answers = z.array(answerLineSchema).parse(openJson(key, row.sealed_answers))
  return {
    number: row.number,
    topic: row.topic,
    status: row.status,
    commune: row.commune_code,
    filed_at: isoLocal(row.created_at),
    closed_at: row.closed_at && isoLocal(row.closed_at),
    answers: answers.map(({ label, value }) => ({ label, value })),
    papers_asked_for: row.sealed_papers === null ? [] : z.array(z.string()).parse(openJson(key, row.sealed_papers)),
    result: row.result,
    result_words: row.sealed_resolution === null ? null : resolutionSchema.parse(openJson(key, row.sealed_resolution)),
  }
}

async function readChats(
  tx: Transaction,
  ids: ReturnType<typeof list>,
  byId: ReadonlyMap<string, ContactRow>,
): Promise<PersonalData['chats']> {
  const rows = await tx<
    {
      id: string
      channel: string
      language: string
      commune_code: string | null
      created_at: Date
      consent_at: Date | null
      consent_refused_at: Date | null
      information_stopped_at: Date | null
      all_stopped_at: Date | null
      sealed_phone: Buffer | null
      officer: string | null
    }[]
  >`
    select c.id, c.channel, c.language, c.commune_code, c.created_at, c.consent_at, c.consent_refused_at,
      c.information_stopped_at, c.all_stopped_at, w.sealed_phone, o.name as officer
    from contacts c
    left join reply_windows w on w.channel = c.channel and w.account = c.account and w.address_hash = c.address_hash
    left join officer_contacts l on l.contact_id = c.id left join officers o on o.id = l.officer_id
    where c.id = any (${ids}::uuid[]) order by c.created_at, c.id`
  const at = (moment: Date | null) => moment && isoLocal(moment)
  return rows.map((row) => {
    const key = byId.get(row.id)?.key
    return {
      channel: row.channel,
      language: row.language,
      commune: row.commune_code,
      since: isoLocal(row.created_at),
      consent_at: at(row.consent_at),
      consent_refused_at: at(row.consent_refused_at),
      information_stopped_at: at(row.information_stopped_at),
      all_stopped_at: at(row.all_stopped_at),
      phone: row.sealed_phone === null || key === undefined ? null : open(key, row.sealed_phone).toString(),
      officer: row.officer,
    }
  })
}
