import type { Message } from './message.ts'
import type { Update } from './update.ts'

export const CHANNELS = ['web', 'telegram', 'zalo'] as const
export type ChannelId = (typeof CHANNELS)[number]

/** What a channel can do; the renderer adapts a message to it, the dispatcher keeps to its rate. */
export interface Capabilities {
  /** Real buttons; without them actions are written as numbered lines. Each action is answerable by number in any case. */
  buttons: boolean
  /** Characters (code points after NFC) in one message. */
  textLength: number
  /** Messages per second over all contacts. */
  ratePerSecond: number
  /** Messages that may leave to one contact at once. */
  burstPerContact: number
  /** Hours after a contact's last update in which free talk may be sent; null = no limit. */
  replyWindowHours: number | null
}

/** One message on its way to one address. `id` is the outbox row, for the channel's own log of attempts. */
export interface Delivery {
  id: number
  contactId: string
  address: string
  message: Message
}

/** What came of one attempt to hand a message to a channel. */
export type DeliveryOutcome =
  | { kind: 'delivered'; externalId: string | null }
  | { kind: 'retry'; notBefore: Date; reason: string }
  /** The whole account must wait, e.g. a flood limit. */
  | { kind: 'hold'; until: Date; reason: string }
  | { kind: 'refused'; reason: 'blocked' | 'outside-window' | 'bad-address' | 'bad-message' }
  /** The channel may or may not have taken it: the connection broke after the call was sent. */
  | { kind: 'uncertain'; reason: string }

export interface FetchedFile {
  content: Uint8Array
  mediaType: string
}

/** Hands a batch of updates to the inbox; resolves when they are stored durably. Only then may they be acknowledged. */
export type Receive = (updates: readonly Update[]) => Promise<void>

/**
 * One channel. An adapter translates and nothing else: it keeps no state of a talk, never retries (the outbox does) and
 * never throws for what the other side answers.
 */
export interface ChannelAdapter {
  readonly id: ChannelId
  /** Which bot, official account or page; part of an update's identity. */
  readonly account: string
  readonly capabilities: Capabilities
  deliver(delivery: Delivery): Promise<DeliveryOutcome>
  /** Fetches a file that an update named; null when the channel no longer has it. Throws on a passing fault. */
  fetchFile(externalId: string): Promise<FetchedFile | null>
}
