import { createHash } from 'node:crypto'
import type { Update, UpdateBody, UpdateFile } from '../../messaging/update.ts'
import type { ZaloAttachment, ZaloEvent } from './event-schema.ts'

/** What an event means for us. Several may come of one event. */
export interface Translated {
  updates: Update[]
  /** The person did something that opens the window in which they may be written to. */
  interaction: { address: string; at: Date } | null
  receipt: Receipt | null
  /** A phone number that the person gave in Zalo's form. */
  phone: { address: string; phone: string } | null
  news: News | null
}

/** A message of ours reached somebody's phone, or was looked at. */
export type Receipt =
  | { kind: 'received' | 'seen'; address: string; messageIds: string[]; at: Date }
  /** Of a template sent by phone number; it knows us by our own mark alone. */
  | { kind: 'template'; trackingId: string | null; messageId: string | null; at: Date }

/** Zalo changed something about the account. */
export type News =
  | { kind: 'quota'; name: string; value: number }
  | { kind: 'template'; templateId: string; status: string }
  | { kind: 'withdrawn'; address: string | null }

/** Before an opaque action id in a button: a tap comes back as a text that begins so. */
const ACTION_PREFIX = '#cn:'
const ACTION = /^#cn:([\w-]{1,64})$/
/** Longer than anybody types; the rest of a text is not kept. */
const TEXT_MAX = 4_000
const EXTERNAL_ID_MAX = 128

const FILE_KINDS: Record<string, UpdateFile['media']> = {
  user_send_image: 'photo',
  user_send_gif: 'photo',
  user_send_audio: 'voice',
  user_send_video: 'video',
  user_send_file: 'document',
  user_send_sticker: 'sticker',
}

/** Events in which a person does something that Zalo counts. */
const INTERACTIONS = ['follow', 'user_click_chatnow', 'user_submit_info']

export function payloadOf(actionId: string): string {
  return ACTION_PREFIX + actionId
}

/** `account`: the id of our official account. Other accounts may share the address that Zalo calls. */
export function translate(event: ZaloEvent, account: string): Translated {
  const nothing: Translated = { updates: [], interaction: null, receipt: null, phone: null, news: null }
  const at = new Date(Number(event.timestamp))
  const name = event.event_name
  const news = newsOf(event, account)
  if (news !== null) return { ...nothing, news }
  if (name === 'user_received_message' || name === 'user_seen_message') {
    return { ...nothing, receipt: receiptOf(event, account, at) }
  }
  if (name.startsWith('oa_send_')) return { ...nothing, updates: spokenByOfficer(event, account) }

  const address = personOf(event, account)
  if (address === null) return nothing
  const isSaid = name.startsWith('user_send_')
  const bodies = bodiesOf(event)
  const updates = bodies.map((body, place): Update => {
    const id = externalIdOf(event, address, place)
    return {
      channel: 'zalo',
      account,
      address,
      externalId: id,
      body,
      messageId: isSaid ? (event.message?.msg_id ?? null) : null,
      quotedMessageId: event.message?.quote_msg_id ?? null,
    }
  })
  const phone = name === 'user_submit_info' ? event.info?.phone : undefined
  return {
    ...nothing,
    updates,
    interaction: isSaid || INTERACTIONS.includes(name) ? { address, at } : null,
    phone: phone === undefined ? null : { address, phone },
  }
}

/** The person an event is about; null when it is about another account, or nobody can be answered. */
function personOf(event: ZaloEvent, account: string): string | null {
  if (event.follower?.id !== undefined) return event.oa_id === account ? cleanId(event.follower.id) : null
  if (event.user_id !== undefined && event.sender === undefined) {
    return event.oa_id === account ? cleanId(event.user_id) : null
  }
  return event.recipient?.id === account ? cleanId(event.sender?.id) : null
}

function cleanId(id: string | undefined): string | null {
  return id !== undefined && /^[\w-]{1,64}$/.test(id) ? id : null
}

function bodiesOf(event: ZaloEvent): UpdateBody[] {
  const { event_name: name, message } = event
  if (name === 'follow') return [{ kind: 'start', payload: null }]
  if (name === 'unfollow') return [{ kind: 'left' }]
  if (name === 'user_submit_info') {
    const phone = event.info?.phone
    return [phone === undefined ? { kind: 'unsupported', what: 'info' } : { kind: 'phone', phone, own: true }]
  }
  if (name === 'user_send_text') return message?.text === undefined ? [] : [textBody(message.text)]
  if (name === 'user_send_location') return [locationBody(message?.attachments?.[0])]
  if (name === 'user_send_link') return linkBody(event)
  const media = FILE_KINDS[name]
  if (media !== undefined) return fileBodies(event, media)
  return name.startsWith('user_send_') ? [{ kind: 'unsupported', what: name.slice('user_send_'.length) }] : []
}

function textBody(text: string): UpdateBody {
  const action = ACTION.exec(text.trim())?.[1]
  return action === undefined ? { kind: 'text', text: cut(text) } : { kind: 'action', actionId: action }
}

function locationBody(attachment: ZaloAttachment | undefined): UpdateBody {
  const { latitude, longitude } = attachment?.payload?.coordinates ?? {}
  const isPlace =
    latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
  return isPlace ? { kind: 'location', latitude, longitude } : { kind: 'unsupported', what: 'location' }
}

function linkBody({ message }: ZaloEvent): UpdateBody[] {
  const payload = message?.attachments?.[0]?.payload
  const words = [message?.text, payload?.description, payload?.url].filter((part) => part !== undefined)
  const text = [...new Set(words)].join(' ').trim()
  return [text === '' ? { kind: 'unsupported', what: 'link' } : { kind: 'text', text: cut(text) }]
}

/** Several pictures at once come as one event; its words go with the first. */
function fileBodies({ message }: ZaloEvent, media: UpdateFile['media']): UpdateBody[] {
  const files = (message?.attachments ?? []).flatMap(({ payload }) => (payload?.url === undefined ? [] : [payload]))
  const [first, ...more] = files.map(
    (file, place): UpdateFile => ({
      media,
      externalId: file.url ?? null,
      attachmentId: null,
      mediaType: file.type?.includes('/') ? file.type.slice(0, 100) : null,
      sizeBytes: file.size ?? null,
      name: file.name?.slice(0, 200) ?? null,
      caption: place === 0 && message?.text ? cut(message.text) : null,
    }),
  )
  if (first === undefined) return [{ kind: 'unsupported', what: media }]
  return [{ kind: 'file', file: first, ...(more.length > 0 && { more }) }]
}

/** Somebody of the office wrote in Zalo's own inbox. What we send comes back in the same form, without `admin_id`. */
function spokenByOfficer(event: ZaloEvent, account: string): Update[] {
  const address = cleanId(event.recipient?.id)
  if (event.sender?.id !== account || event.sender.admin_id === undefined || address === null) return []
  const text = event.message?.text ?? `[${event.event_name.slice('oa_send_'.length)}]`
  return [
    {
      channel: 'zalo',
      account,
      address,
      externalId: externalIdOf(event, address, 0),
      body: { kind: 'officer', text: cut(text) },
      messageId: event.message?.msg_id ?? null,
      quotedMessageId: null,
    },
  ]
}

/** Sources differ on who is sender and who recipient: whoever is not our account is the person. */
function receiptOf(event: ZaloEvent, account: string, at: Date): Receipt | null {
  const { message } = event
  if (message?.tracking_id !== undefined || message?.delivery_time !== undefined) {
    return {
      kind: 'template',
      trackingId: message.tracking_id ?? null,
      messageId: message.msg_id ?? null,
      at: message.delivery_time === undefined ? at : new Date(message.delivery_time),
    }
  }
  const ids = [event.sender?.id, event.recipient?.id]
  if (!ids.includes(account)) return null
  const address = cleanId(ids.find((id) => id !== account))
  const messageIds = [...(message?.msg_ids ?? []), ...(message?.msg_id === undefined ? [] : [message.msg_id])]
  if (address === null || messageIds.length === 0) return null
  return { kind: event.event_name === 'user_seen_message' ? 'seen' : 'received', address, messageIds, at }
}

function newsOf(event: ZaloEvent, account: string): News | null {
  const about = event.oa_id ?? event.oaId
  if (about !== undefined && about !== account) return null
  switch (event.event_name) {
    case 'change_oa_daily_quota': {
      const value = event.quota?.new_value
      return value === undefined ? null : { kind: 'quota', name: 'template-daily', value }
    }
    case 'change_template_status': {
      const status = event.status?.new_status
      if (event.template_id === undefined || status === undefined) return null
      return { kind: 'template', templateId: event.template_id, status }
    }
    case 'user_withdraw':
      return { kind: 'withdrawn', address: cleanId(event.user_id ?? event.sender?.id ?? event.follower?.id) }
    default:
      return null
  }
}

/** Receipts reuse the id of the message they are about, so the kind of event is part of it. */
function externalIdOf(event: ZaloEvent, address: string, place: number): string {
  const what = event.message?.msg_id ?? `${event.timestamp}:${address}`
  const id = `${event.event_name}:${what}${place === 0 ? '' : `:${place}`}`
  return id.length <= EXTERNAL_ID_MAX ? id : createHash('sha256').update(id).digest('hex')
}

function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : text.slice(0, TEXT_MAX)
}
