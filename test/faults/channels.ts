/** Both channels as the tests of faults see them: people on them, what can go wrong, and when all is said. */
import { setTimeout as pause } from 'node:timers/promises'
import { splitComposed, splitText } from '../../src/messaging/split-text.ts'
import { type FaultSwitch, telegramSwitches, zaloSwitches } from '../fakes/fault-switches.ts'
import { BOT_ID, startFakeTelegram } from '../fakes/telegram.ts'
import type { WebhookDelivery } from '../fakes/webhook-ladder.ts'
import { OA_ID, OA_SECRET, startFakeZalo, type ZaloEventBody } from '../fakes/zalo.ts'
import { startSlowLine } from './slow-line.ts'

/** Somebody who writes, and what the channel knows of it. */
export interface CrowdPerson {
  readonly address: string
  /** Returns the channel's number of what was said. */
  says(text: string): Promise<string>
  received(): string[]
  /** What the product said it has, by number. */
  accepted(): string[]
  /** Whether the product was told of `one` for good before it could know of `other`. */
  isBefore(one: string, other: string): boolean
}

export interface FaultyChannel {
  readonly id: 'telegram' | 'zalo'
  readonly account: string
  /** For a product that is to talk to this channel. */
  readonly settings: Record<string, string>
  readonly switches: readonly FaultSwitch[]
  person(place: number): CrowdPerson
  /** Messages that the product tried to send so far. */
  sends(): number
  /** Messages that arrived while the product could not know it. */
  unanswered(): number
  /** The channel calls these processes when it does not wait to be asked. */
  listenAt(addresses: readonly string[]): void
  /** Nothing is left of which the product was not told. */
  isQuiet(): boolean
  /** What of a text becomes a message of its own. */
  partsOf(text: string): string[]
  close(): Promise<void>
}

/** What passes between the product and a channel takes up to this long in each direction. */
const LINE_MS = 25
/** The hours of Zalo's ladder become seconds. */
const ZALO_SPEED = 300

export async function aTelegram() {
  const fake = await startFakeTelegram()
  const line = await startSlowLine(fake.apiRoot, LINE_MS)
  const channel: FaultyChannel = {
    id: 'telegram',
    account: String(BOT_ID),
    settings: { TELEGRAM_BOT_TOKEN: fake.token, TELEGRAM_API_ROOT: line.url },
    switches: telegramSwitches(fake),
    person(place) {
      const person = fake.person(81_000 + place)
      const said: string[] = []
      return {
        address: String(person.chatId),
        async says(text) {
          const update = await person.says(text)
          const id = String(update.message?.message_id)
          said.push(id)
          return id
        },
        received: () => fake.received(person.chatId).map(({ text }) => text),
        // Telegram waits until it was asked for them, in order.
        accepted: () => said,
        isBefore: (one, other) => said.indexOf(one) < said.indexOf(other),
      }
    },
    sends: () => fake.callsOf('sendMessage').length,
    unanswered: () => fake.unanswered,
    listenAt() {},
    isQuiet: () => fake.waiting.length === 0,
    partsOf: (text) => splitText(text, 4_096),
    async close() {
      line.close()
      await fake.close()
    },
  }
  return { channel, fake }
}

export async function aZalo(options: { random?: () => number; now?: () => Date } = {}) {
  const fake = await startFakeZalo(options.now ? { now: options.now } : {})
  const line = await startSlowLine(fake.root, LINE_MS)
  fake.retryWebhooks({ speed: ZALO_SPEED, ...(options.random && { random: options.random }) })
  const channel: FaultyChannel = {
    id: 'zalo',
    account: OA_ID,
    settings: {
      ZALO_APP_ID: fake.settings.appId,
      ZALO_APP_SECRET: fake.settings.appSecret,
      ZALO_OA_ID: OA_ID,
      ZALO_OA_SECRET: OA_SECRET,
      ZALO_REFRESH_TOKEN: fake.settings.refreshToken,
      ZALO_API_ROOT: line.url,
      ZALO_OAUTH_ROOT: line.url,
      ZALO_TEMPLATE_ROOT: line.url,
    },
    switches: zaloSwitches(fake),
    person(place) {
      const person = fake.person(`citizen-${place}`)
      const delivery = (id: string) => fake.deliveries.find(({ event }) => numberOf(event) === id)
      return {
        address: person.userId,
        async says(text) {
          return numberOf(await person.says(text))
        },
        received: () => fake.received(person.userId).map(({ text }) => text),
        accepted: () =>
          fake.deliveries
            .filter(({ event, state }) => state === 'accepted' && senderOf(event) === person.userId)
            .map(({ event }) => numberOf(event)),
        isBefore: (one, other) => wasTakenBefore(delivery(one), delivery(other)),
      }
    },
    sends: () => fake.callsOf('/v3.0/oa/message/cs').length,
    unanswered: () => fake.unanswered,
    listenAt: (addresses) => fake.listenAt(addresses.map((address) => `${address}/webhooks/zalo`)),
    isQuiet: () => fake.deliveries.every(({ state }) => state !== 'waiting'),
    partsOf: (text) => splitComposed(text, 2_000),
    async close() {
      line.close()
      await fake.close()
    },
  }
  return { channel, fake }
}

function numberOf(event: ZaloEventBody): string {
  return String((event.message as { msg_id?: string } | undefined)?.msg_id)
}

function senderOf(event: ZaloEventBody): string | undefined {
  return (event.sender as { id?: string } | undefined)?.id
}

/** Zalo keeps no order: only what was answered before the other was even tried is sure to be the earlier. */
function wasTakenBefore(one?: WebhookDelivery<ZaloEventBody>, other?: WebhookDelivery<ZaloEventBody>): boolean {
  if (!one || !other || one.acceptedAt === null || other.firstTriedAt === null) return false
  return one.acceptedAt < other.firstTriedAt
}

/** Resolves when `isSo`; throws with `what` after a while, so that a stuck product tells where it is stuck. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const end = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}`)
    await pause(20)
  }
}
