import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readYaml } from '../../src/definitions/read-yaml.ts'
import { ask } from '../../src/desk/ask.ts'
import { claim } from '../../src/desk/claim.ts'
import { reply } from '../../src/desk/reply.ts'
import { resolve } from '../../src/desk/resolve.ts'
import type { Message } from '../../src/messaging/message.ts'
import { createDemoAccounts } from '../../src/officers/demo-accounts.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { openJson } from '../../src/secrets.ts'
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
  }),
  z.strictObject({
    tickets: z.array(
      z.strictObject({
        topic: z.string(),
        unit: z.string(),
        status: z.string(),
        urgent: z.boolean().default(false),
        said: z.number().optional(),
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
  /** Whom its screening was about. */
  about: string | undefined
}

async function ticketsOf(talk: Talk): Promise<TicketRow[]> {
  const rows = await sql`select t.number, t.topic, t.unit_id, t.status, t.urgent, t.sealed_answers, c.sealed_key,
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
    ask: () => ask(sql, spine.desk, { ...request, text: line.text, papers: ['Giấy chứng nhận hộ nghèo'] }, now),
    resolve: () =>
      resolve(
        sql,
        spine.desk,
        {
          ...request,
          result: 'advised',
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
  const words = heard.map((message) => message.text).join('\n')
  if ('days_later' in line) spine.clock.set(new Date(spine.clock.now().getTime() + line.days_later * 86_400_000))
  else if ('bot_says' in line) expect(words).toContain(line.bot_says)
  else if ('buttons' in line)
    expect(heard.at(-1)?.actions.map((action) => action.label)).toEqual(expect.arrayContaining(line.buttons))
  else if ('profile' in line) expect(await countProfiles(talk)).toBe(line.profile === 'kept' ? 1 : 0)
  else if ('tickets' in line) {
    const rows = await ticketsOf(talk)
    const tickets = rows.map(({ topic, unit_id, status, urgent, said, about }, index) => {
      const { said: wantsSaid, about: wantsAbout } = line.tickets[index] ?? {}
      const more = { ...(wantsSaid === undefined ? {} : { said }), ...(wantsAbout === undefined ? {} : { about }) }
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
