import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readYaml } from '../../src/definitions/read-yaml.ts'
import { ask } from '../../src/desk/ask.ts'
import { checkIn } from '../../src/desk/check-in.ts'
import { claim } from '../../src/desk/claim.ts'
import { reply } from '../../src/desk/reply.ts'
import { resolve } from '../../src/desk/resolve.ts'
import { closeSilent } from '../../src/desk/round.ts'
import { newId } from '../../src/ids.ts'
import type { Message } from '../../src/messaging/message.ts'
import { createDemoAccounts } from '../../src/officers/demo-accounts.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import type { OpeningFacts } from '../../src/openings/opening.ts'
import { keepOpening } from '../../src/openings/store.ts'
import { openJson } from '../../src/secrets.ts'
import { contactOf, sendBroadcast } from '../support/broadcast.ts'
import { createDatabase } from '../support/database.ts'
import { productDefinitions, ROOT } from '../support/definitions.ts'
import { type Spine, startSpine, Talk, type TalkChannel } from '../support/talk.ts'

/** One line of a talk. `bot` names texts that must have been said (in order), `none` that nothing was. */
const lineSchema = z.union([
  z.strictObject({ person: z.string() }),
  z.strictObject({ starts: z.literal(true) }),
  z.strictObject({ taps: z.string() }),
  z.strictObject({ photo: z.literal(true) }),
  z.strictObject({ days_later: z.number() }),
  z.strictObject({ bot: z.union([z.string(), z.array(z.string())]) }),
  z.strictObject({ bot_says: z.string() }),
  z.strictObject({ buttons: z.array(z.string()) }),
  /** Whether anything of the household is kept for the next time. */
  z.strictObject({ profile: z.enum(['kept', 'none']) }),
  z.strictObject({
    officer: z.enum(['claim', 'reply', 'ask', 'resolve']),
    ticket: z.number().default(1),
    text: z.string().default(''),
    /** Papers that are asked for. */
    papers: z.array(z.string()).default(['Giấy chứng nhận hộ nghèo']),
    /** The title of the vacancy or course in which the person got a seat. */
    opening: z.string().optional(),
  }),
  /** The person types the number of their ticket in a question. */
  z.strictObject({ asks_for: z.number() }),
  /** What units list, seen by nobody but the person of this talk. */
  z.strictObject({
    lists: z.array(
      z.strictObject({
        kind: z.enum(['vacancy', 'course']),
        title: z.string(),
        trade: z.string(),
        commune: z.string().nullable().default(null),
        seats: z.number().default(3),
      }),
    ),
  }),
  /** Seats left in what was listed under a title. */
  z.strictObject({ seats_left: z.strictObject({ of: z.string(), are: z.number() }) }),
  /** Recurring work that looks after silent tickets. */
  z.strictObject({ silence: z.literal('looked-at') }),
  /** An office sends this person a policy message; who does not want it gets none. */
  z.strictObject({
    office_sends: z.strictObject({
      kind: z.enum(['duty', 'information']).default('information'),
      topic: z.string(),
      text: z.string(),
      unit: z.string().nullable().default(null),
      buttons: z
        .array(z.strictObject({ opens: z.enum(['screening', 'topic', 'programme']), id: z.string().nullable() }))
        .default([]),
    }),
  }),
  /** The person quotes a message with these words. On a channel without quotes the words are said, then sent by the button. */
  z.strictObject({ quotes: z.strictObject({ message: z.string(), person: z.string() }) }),
  /** What the office knows of its last message to this person. */
  z.strictObject({
    sent: z.strictObject({
      state: z.string(),
      reason: z.string().nullable().optional(),
      tapped: z.boolean().default(false),
      understood: z.boolean().default(false),
      replied: z.boolean().default(false),
    }),
  }),
  /** The outcome of the last send was never learned. */
  z.strictObject({ outcome: z.literal('uncertain') }),
  /** Topics that the person hears of. */
  z.strictObject({ hears_of: z.array(z.string()) }),
  z.strictObject({
    tickets: z.array(
      z.strictObject({
        topic: z.string(),
        unit: z.string(),
        status: z.string(),
        urgent: z.boolean().default(false),
        said: z.number().optional(),
        rating: z.number().nullable().optional(),
        confirmed: z.boolean().optional(),
        /** Openings that the person would like. */
        interests: z.number().optional(),
        /** Whom the screening that goes with it was about. */
        about: z.string().optional(),
      }),
    ),
  }),
])
const transcriptSchema = z.strictObject({ title: z.string(), talk: z.array(lineSchema) })
type Line = z.infer<typeof lineSchema>

const files = globSync('test/transcripts/*.yaml', { cwd: ROOT }).sort()
const { sql } = await createDatabase()
const definitions = productDefinitions()
const spine = await startSpine(sql)
const start = spine.clock.now()
await createDemoAccounts(sql, definitions.territory, { password: 'transcripts' }, start)
const [row] = await sql<{ id: string; name: string }[]>`select id, name from officers where username = 'admin'`
const officer = {
  id: row?.id ?? '',
  name: row?.name ?? '',
  username: 'admin',
  roles: ['administrator', 'supervisor'],
  unitId: null,
} as Officer

afterAll(() => spine.close())

/** The words of a text up to its first value, in both languages' Vietnamese form. */
function opening(key: string): string {
  const text = definitions.texts.has('vi', key) ? rawText(key) : ''
  const [before] = text.split(/\{\{|\$t\(/)
  if (!before || before.trim().length < 3)
    throw new Error(`Text ${key} is missing or begins with a value: name its words by bot_says`)
  return before.trim()
}

function rawText(key: string): string {
  return definitions.texts.text('vi', key, new Proxy({}, { get: () => undefined }))
}

interface TicketRow {
  number: string
  topic: string
  unit_id: string
  status: string
  urgent: boolean
  seq: number
  said: number
  rating: number | null
  confirmed: boolean
  interests: number
  /** Whom its screening was about. */
  about: string | undefined
}

async function ticketsOf(talk: Talk): Promise<TicketRow[]> {
  const rows = await sql`select t.number, t.topic, t.unit_id, t.status, t.urgent, t.sealed_answers, c.sealed_key,
      t.rating, t.confirmed_at is not null as confirmed,
      (select count(*) from opening_interests i where i.ticket_id = t.id)::int as interests,
      (select max(seq) from activity a where a.ticket_id = t.id)::int as seq,
      (select count(*) from activity a where a.ticket_id = t.id and a.verb = 'said')::int as said
    from tickets t join contacts c on c.id = t.contact_id
    where c.address_hash = ${spine.desk.secrets.keyedHash('address', `${talk.channel}\0${spine.adapters[talk.channel].account}\0${talk.address}`)} order by t.id`
  return rows.map(({ sealed_answers, sealed_key, ...row }) => {
    const key = spine.desk.secrets.openPersonKey(sealed_key)
    const about = answersSchema.parse(openJson(key, sealed_answers)).find(({ id }) => id === 'member')?.value
    return { ...(row as Omit<TicketRow, 'about'>), about }
  })
}

const answersSchema = z.array(z.object({ id: z.string(), value: z.string() }))

async function countProfiles(talk: Talk): Promise<number> {
  const rows = await sql`select 1 from profiles p join contacts c on c.id = p.contact_id
    where c.address_hash = ${spine.desk.secrets.keyedHash('address', `${talk.channel}\0${spine.adapters[talk.channel].account}\0${talk.address}`)}`
  return rows.length
}

async function actAsOfficer(spine: Spine, talk: Talk, line: Extract<Line, { officer: string }>): Promise<void> {
  const ticket = (await ticketsOf(talk))[line.ticket - 1]
  if (!ticket) throw new Error(`No ticket ${line.ticket}`)
  const request = { number: ticket.number, officer, seen: ticket.seq }
  const now = spine.clock.now()
  const outcome = await {
    claim: () => claim(sql, spine.desk, request, now),
    reply: () => reply(sql, spine.desk, { ...request, text: line.text, attachmentIds: [] }, now),
    ask: () => ask(sql, spine.desk, { ...request, text: line.text, papers: line.papers }, now),
    resolve: async () =>
      resolve(
        sql,
        spine.desk,
        {
          ...request,
          ...(await resultOf(line.opening)),
          reason: line.text,
          basis: null,
          nextStep: 'Mang giấy tờ đến trung tâm.',
          text: null,
        },
        now,
      ),
  }[line.officer]()
  expect(outcome.kind).toBe('done')
  await spine.settle()
}

async function resultOf(title: string | undefined) {
  if (title === undefined) return { result: 'advised' as const }
  const [opening] = await sql`select id, kind from openings where title = ${title} and withdrawn_at is null`
  return {
    result: opening?.kind === 'course' ? ('enrolled' as const) : ('placed' as const),
    opening: opening?.id as string,
  }
}

async function listOpenings(listed: Extract<Line, { lists: unknown }>['lists']): Promise<void> {
  await sql`update openings set withdrawn_at = now()`
  const now = spine.clock.now()
  for (const { kind, title, trade, commune, seats } of listed) {
    const facts: OpeningFacts = {
      kind,
      title,
      trade: trade as OpeningFacts['trade'],
      ownNumber: newId(),
      offeredBy: 'Công ty Sông Hồng',
      area: commune === null ? 'province' : 'commune',
      communeCode: commune,
      payWords: null,
      payFrom: 7_000_000,
      payTo: 9_000_000,
      payUnit: 'month',
      seats,
      requirements: null,
      startsOn: null,
      applyBy: '2026-12-20',
      contact: 'Trung tâm Dịch vụ việc làm',
    }
    await sql.begin((tx) => keepOpening(tx, 'tt_dvvl', facts, officer.id, now))
  }
}

async function lastSent(talk: Talk) {
  const [row] =
    await sql`select r.state, r.reason, r.tapped_at is not null as tapped, r.understood_at is not null as understood,
      r.replied_at is not null as replied, r.broadcast_id
    from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id
    where r.contact_id = ${await contactOf(spine, talk)} order by b.created_at desc, r.sent_at desc nulls last limit 1`
  return row
}

async function topicsHeardOf(talk: Talk): Promise<string[]> {
  const rows =
    await sql`select s.topic from contacts c join subscriptions s on s.contact_id = coalesce(c.person_id, c.id)
    where c.id = ${await contactOf(spine, talk)} and c.information_stopped_at is null order by s.topic`
  return rows.map(({ topic }) => topic)
}

async function play(line: Line, talk: Talk, heard: Message[]): Promise<Message[]> {
  const hear = async (act: () => Promise<void>) => {
    await act()
    return talk.hears()
  }
  if ('person' in line) return hear(() => talk.says(line.person))
  if ('starts' in line) return hear(() => talk.starts())
  if ('taps' in line) return hear(() => talk.taps(line.taps))
  if ('photo' in line) return hear(() => talk.sendsPhoto())
  if ('officer' in line) return hear(() => actAsOfficer(spine, talk, line))
  if ('office_sends' in line) {
    spine.clock.set(new Date(spine.clock.now().getTime() + 60_000))
    await sendBroadcast(spine, talk, line.office_sends)
    spine.clock.set(new Date(spine.clock.now().getTime() + 60_000))
    return talk.hears()
  }
  if ('quotes' in line) {
    const { message, person } = line.quotes
    if (talk.channel !== 'web') return hear(() => talk.quotes(message, person))
    return hear(async () => {
      await talk.says(person)
      await talk.taps('Gửi cho cơ quan')
    })
  }
  if ('outcome' in line) {
    const row = await lastSent(talk)
    await sql`update broadcast_recipients set state = 'uncertain', settled_at = null where broadcast_id = ${row?.broadcast_id}`
    return heard
  }
  if ('silence' in line) {
    return hear(async () => {
      await closeSilent(sql, spine.desk, spine.clock.now())
      await checkIn(sql, spine.desk, spine.clock.now())
      await spine.settle()
    })
  }
  if ('asks_for' in line) {
    const number = (await ticketsOf(talk))[line.asks_for - 1]?.number
    return hear(() => talk.says(`hồ sơ ${number} đến đâu rồi`))
  }
  if ('lists' in line) {
    await listOpenings(line.lists)
    return heard
  }
  const words = heard.map((message) => message.text).join('\n')
  if ('seats_left' in line) {
    const [row] = await sql`select seats - seats_taken as seats from openings where title = ${line.seats_left.of}
      and withdrawn_at is null`
    expect(row?.seats).toBe(line.seats_left.are)
  } else if ('days_later' in line) spine.clock.set(new Date(spine.clock.now().getTime() + line.days_later * 86_400_000))
  else if ('bot_says' in line) expect(words).toContain(line.bot_says)
  else if ('buttons' in line)
    expect(heard.at(-1)?.actions.map((action) => action.label)).toEqual(expect.arrayContaining(line.buttons))
  else if ('profile' in line) expect(await countProfiles(talk)).toBe(line.profile === 'kept' ? 1 : 0)
  else if ('sent' in line) {
    const { broadcast_id: _, reason, ...row } = (await lastSent(talk)) ?? {}
    const wanted = 'reason' in line.sent ? { ...row, reason } : row
    expect(wanted).toEqual(line.sent)
  } else if ('hears_of' in line) expect(await topicsHeardOf(talk)).toEqual([...line.hears_of].sort())
  else if ('tickets' in line) {
    const rows = await ticketsOf(talk)
    const tickets = rows.map(({ topic, unit_id, status, urgent, ...others }, index) => {
      const wanted = line.tickets[index] ?? {}
      const more = Object.fromEntries(
        (['said', 'about', 'rating', 'confirmed', 'interests'] as const)
          .filter((name) => name in wanted && wanted[name as keyof typeof wanted] !== undefined)
          .map((name) => [name, others[name]]),
      )
      return { topic, unit: unit_id, status, urgent, ...more }
    })
    expect(tickets).toEqual(line.tickets)
  } else if (line.bot === 'none') expect(words).toBe('')
  else for (const key of [line.bot].flat()) expect(words).toContain(opening(key))
  return heard
}

describe.each(files)('%s', (file) => {
  const read = readYaml(join(ROOT, file), transcriptSchema)
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  const { title, talk: lines } = read.value

  it.each<TalkChannel>(['web', 'telegram', 'zalo'])(`${title} (${basename(file)}, %s)`, async (channel) => {
    spine.clock.set(start)
    const talk = new Talk(spine, channel)

    let heard: Message[] = []
    for (const line of lines) heard = await play(line, talk, heard)

    expect(lines.length).toBeGreaterThan(2)
  })
})
