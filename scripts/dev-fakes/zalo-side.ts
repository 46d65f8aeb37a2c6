import { randomBytes } from 'node:crypto'
import {
  type FakePerson,
  type FakeZalo,
  type ReceivedMessage,
  startFakeZalo,
  type ZaloEventBody,
} from '../../test/fakes/zalo.ts'
import { type Act, CannotAct, HERE } from './acts.ts'
import { type CallLog, outcomeOf } from './call-log.ts'
import type { Kept } from './kept.ts'
import { type Call, type CarriedFile, startLine } from './line.ts'
import { createPeople, type Person } from './people.ts'
import type { Side } from './side.ts'
import { zaloFaults } from './zalo-faults.ts'
import { createZaloWebhook } from './zalo-webhook.ts'

const LOOK_AFTER_MS = 100
const OAUTH = '/v4/oa/access_token'
/** Officers who answer in Zalo's own inbox have numbers of their own. */
const OFFICE_ADMIN = '77'

/** Zalo with one official account and some people; `settings` are those of a product that talks to it. */
export interface ZaloSide extends Side {
  settings: FakeZalo['settings']
}

export interface ZaloSideOptions {
  firstId: number
  now: () => Date
  /** The tokens that an earlier fake gave to the same database; null: none are good. */
  tokens: Kept['zalo']
  /** The pair that is good from now on. */
  keepTokens(tokens: Kept['zalo']): void
  webhookUrl: () => string
  log: CallLog
  changed: () => void
}

export async function startZaloSide(options: ZaloSideOptions): Promise<ZaloSide> {
  const { firstId, now, log, tokens } = options
  // A first token of its own makes a product whose tokens were refused try again.
  const refreshToken = `refresh-${randomBytes(8).toString('hex')}`
  const fake = await startFakeZalo({ firstId, now, ...(tokens ?? { refreshToken }) })
  const people = createPeople('zalo', (place) => `u10${place + 1}`, now, options.changed)
  const seen = new Map<string, number>()
  const uploads = new Map<string, CarriedFile>()
  const sentFiles = new Map<string, CarriedFile>()
  for (const { id, phone } of people.all) {
    fake.person(id).hasPhone(phone)
    // Nobody knows any more when they were last here; an officer's answer to a kept ticket should get through.
    if (tokens !== null) fake.person(id).wasLastHere(now())
  }

  function look(person: Person): void {
    const received = [...fake.received(person.id), ...fake.received(person.phone)]
    const fresh = received.filter(({ messageId }) => !seen.has(messageId))
    for (const message of fresh) {
      seen.set(message.messageId, 1)
      people.add(person, entryOf(message, sentFiles.get(person.id) ?? null))
    }
  }

  function keepTokens(answer: string): void {
    const accessToken = (readJson(answer) as { access_token?: string } | undefined)?.access_token
    const { refreshToken } = fake
    if (accessToken !== undefined && refreshToken !== null) options.keepTokens({ refreshToken, accessToken })
  }

  function personOfCall({ body }: Call): Person | undefined {
    const { user_id } = { ...body, ...(body.recipient as object | undefined) } as { user_id?: string }
    return people.find(String(user_id)) ?? people.all.find(({ phone }) => phone === body.phone)
  }

  const line = await startLine(fake.root, {
    called(call) {
      const person = personOfCall(call)
      if (person === undefined) return
      const file = uploads.get(uploadIn(call.body) ?? '')
      if (file !== undefined) sentFiles.set(person.id, file)
      setTimeout(() => look(person), LOOK_AFTER_MS)
    },
    answered(call, answer) {
      if (call.file !== null && answer !== null) uploads.set(uploadGivenBy(answer.text) ?? '', call.file)
      if (call.path === OAUTH && answer !== null) keepTokens(answer.text)
      const person = personOfCall(call)
      if (person !== undefined) look(person)
      const isFile = call.path.startsWith('/media/')
      const read = isFile && answer?.status === 200 ? { outcome: '200', isGood: true } : outcomeOf(answer)
      const name = isFile ? 'file' : call.path.replace(/^\/v[\d.]+\/oa/, '')
      log.add({ channel: 'zalo', direction: 'out', what: person ? `${name} → ${person.name}` : name, ...read })
    },
  })

  const webhook = createZaloWebhook({ fake, url: options.webhookUrl, seenAt: () => line.url, log })

  /** The event of what a person does, kept from the fake's own delivery: the webhook has habits of its own here. */
  async function give(
    person: Person,
    act: (one: FakePerson) => Promise<ZaloEventBody>,
    change: (event: ZaloEventBody) => ZaloEventBody = (event) => event,
  ): Promise<void> {
    fake.listenAt(null)
    const made = act(fake.person(person.id))
    fake.listenAt(options.webhookUrl())
    // Whoever sits at the page goes on, while the product may take its time or be away.
    void webhook.deliver(change(await made))
  }

  function sendFile(person: Person, { name, type, base64, caption }: Extract<Act, { act: 'file' }>): Promise<void> {
    const content = Buffer.from(base64, 'base64')
    people.add(person, { text: caption, file: { name, type, content } })
    return give(person, (one) =>
      type.startsWith('image/')
        ? one.sendsPhoto({ content, ...(caption !== '' && { caption }) })
        : one.sendsFile(content, name),
    )
  }

  function tap(person: Person, entryId: number, place: number): Promise<void> {
    const button = person.entries.find(({ id }) => id === entryId)?.buttons[place]
    if (button === undefined) throw new CannotAct('There is no such button')
    people.add(person, { from: 'system', text: `chạm: ${button.label}` })
    return give(person, (one) => one.says(button.data))
  }

  async function act(person: Person, done: Act): Promise<void> {
    switch (done.act) {
      case 'say':
        people.add(person, { text: done.text })
        return give(person, (one) => one.says(done.text))
      case 'tap':
        return tap(person, done.entry, done.button)
      case 'file':
        return sendFile(person, done)
      case 'phone':
        people.add(person, { text: `☎ ${person.name}, ${person.phone}` })
        return give(
          person,
          (one) => one.submitsInfo(person.phone),
          (event) => ({ ...event, info: { ...(event.info as object), name: person.name } }),
        )
      case 'location':
        people.add(person, { text: `⌖ ${HERE.latitude}, ${HERE.longitude}` })
        return give(person, (one) => one.sharesLocation(String(HERE.latitude), String(HERE.longitude), 'Hưng Yên'))
      case 'voice':
        people.add(person, { text: '♪ 0:02' })
        return give(person, (one) => one.sendsVoice())
      case 'sticker':
        people.add(person, { text: '☺ (nhãn dán)' })
        return give(person, (one) => one.sendsSticker())
      case 'arrive':
      case 'leave':
        person.isHere = done.act === 'arrive'
        people.add(person, { from: 'system', text: person.isHere ? 'đã quan tâm OA' : 'đã bỏ quan tâm OA' })
        return give(person, (one) => (person.isHere ? one.follows() : one.unfollows()))
      case 'office':
        people.add(person, { from: 'office', text: done.text })
        return give(person, (one) => one.isWrittenToBy(OFFICE_ADMIN, done.text))
    }
  }

  return {
    id: 'zalo',
    settings: { ...fake.settings, apiRoot: line.url, oauthRoot: line.url, templateRoot: line.url },
    people,
    act,
    ...zaloFaults(fake, webhook, now, people.all),
    async close() {
      if (fake.refreshToken === null) options.keepTokens(null)
      webhook.stop()
      line.close()
      await fake.close()
    },
  }
}

function entryOf(message: ReceivedMessage, file: CarriedFile | null) {
  const { template } = message
  return {
    from: 'bot' as const,
    messageId: message.messageId,
    text: message.text,
    buttons: message.buttons.map(({ label, payload }) => ({ label, data: payload })),
    asksContact: message.asksContact,
    file: message.image || message.document ? file : null,
    template: template && { name: `${message.text} (${template.route})`, values: template.data },
  }
}

/** The number under which a file was uploaded, in a message that shows it. */
function uploadIn(body: Record<string, unknown>): string | undefined {
  const { payload } = (body as { message?: { attachment?: { payload?: Upload } } }).message?.attachment ?? {}
  return payload?.token ?? payload?.elements?.[0]?.attachment_id
}

interface Upload {
  token?: string
  attachment_id?: string
  elements?: { attachment_id?: string }[]
}

function uploadGivenBy(answer: string): string | undefined {
  const { data } = (readJson(answer) ?? {}) as { data?: Upload }
  return data?.token ?? data?.attachment_id
}

/** Faults make answers that are no JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
