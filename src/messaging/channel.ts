import type { FileLimits } from './file-limits.ts'
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
  /** Messages per second over all contacts and all processes; `Infinity` for a channel that is our own. */
  ratePerSecond: number
  /** Messages that may leave to one contact at once. */
  burstPerContact: number
  /** Messages per second to one contact once its burst is used up; `Infinity` where nobody minds. */
  perSecondPerContact: number
  /** Files that it carries. */
  files: FileLimits
  /** Hours after a contact's last update in which free talk may be sent; null = no limit. */
  replyWindowHours: number | null
}

/** One message on its way to one address. `id` is the outbox row, for the channel's own log of attempts. */
export interface Delivery {
  id: number
  contactId: string
  address: string
  message: Message
  /** `bulk`: not worth waiting for; talk unless told. */
  sendClass?: 'talk' | 'bulk'
  /** Parts of a long message that left in earlier attempts and are not sent again; none unless told. */
  partsSent?: number
  /** Of bulk: what goes instead to somebody who may only be sent what the channel approved before. */
  template?: { id: string; params: Readonly<Record<string, string>> } | null
}

/** What an attempt that did not end well says of a message that the channel takes in parts; none left unless told. */
interface Parts {
  partsSent?: number
}

/** At what tariff a message left, and the price in đồng where the channel told it. */
export interface SendCost {
  tariff: 'free' | 'paid' | 'template'
  price: number | null
}

/** What came of one attempt to hand a message to a channel. */
export type DeliveryOutcome =
  /** `sends`: calls that count against the rate; one unless told. `cost`: of bulk, where a channel charges. */
  | { kind: 'delivered'; externalId: string | null; sends?: number; cost?: SendCost }
  /** `parksAtLast`: when no attempt went through, it is put aside for a person instead of given up. */
  | ({ kind: 'retry'; notBefore: Date; reason: string; parksAtLast?: true } & Parts)
  /** The whole account must wait, e.g. a flood limit. */
  | ({ kind: 'hold'; until: Date; reason: string } & Parts)
  /** This contact's messages wait, e.g. until the person writes again; nobody else's do, and the attempt does not count. */
  | ({ kind: 'wait'; until: Date; reason: string } & Parts)
  /** `parked`: put aside for a person to look at. `detail` says more than the reason, and never what the message said. */
  | ({
      kind: 'refused'
      reason: 'blocked' | 'outside-window' | 'bad-address' | 'bad-message' | 'parked'
      detail?: string
    } & Parts)
  /** The channel may or may not have taken it: the connection broke after the call was sent. */
  | ({ kind: 'uncertain'; reason: string } & Parts)

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
