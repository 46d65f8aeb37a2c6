/** What officers see of messages: the list, one of them whole, and who it went to. */
import { z } from 'zod'
import type { Sql } from '../db/client.ts'
import { list } from '../db/list.ts'
import { broadcastScope, type Officer } from '../officers/permissions.ts'
import type { BroadcastKind, BroadcastStatus } from './broadcast.ts'
import { planSending, type SendingPlan } from './plan.ts'
import type { BroadcastServices } from './services.ts'
import { type Broadcast, type BroadcastLine, broadcastActivitySince, findBroadcast } from './store.ts'
import { mayRead } from './who-may.ts'

export interface BroadcastDetails {
  broadcast: Broadcast
  author: { id: string; name: string }
  approvers: { id: string; name: string }[]
  /** Whether more than one person has to approve, as far as it was counted. */
  needsTwo: boolean
  /** Null before it was counted. */
  plan: SendingPlan | null
  /** Rows by channel and state; `read`, `tapped`, `replied`, `understood` beside the states. */
  counts: { channel: string; what: string; count: number }[]
  /** Of people who were looked at and get no row. */
  exclusions: { reason: string; count: number }[]
  corrections: { id: string; status: BroadcastStatus }[]
  activity: BroadcastLine[]
}

export type ReadOutcome<Read> = { kind: 'read'; value: Read } | { kind: 'not-found' } | { kind: 'forbidden' }

export async function readBroadcast(
  services: BroadcastServices,
  officer: Officer,
  id: string,
  now: Date,
): Promise<ReadOutcome<BroadcastDetails>> {
  const { sql } = services
  const broadcast = await findBroadcast(sql, id)
  if (broadcast === null) return { kind: 'not-found' }
  if (!mayRead(officer, broadcast)) return { kind: 'forbidden' }
  const people = [broadcast.authorId, broadcast.approverId, broadcast.secondApproverId].filter((one) => one !== null)
  const [names, counts, exclusions, corrections, activity, price] = await Promise.all([
    sql<{ id: string; name: string }[]>`
      select id, name from officers where id = any (${list(sql, people)}::uuid[])`,
    sql<{ channel: string; what: string; count: number }[]>`
      select channel, what, count from broadcast_counts where broadcast_id = ${id} and count <> 0 order by channel, what`,
    sql<{ reason: string; count: number }[]>`
      select reason, count from broadcast_exclusions where broadcast_id = ${id} order by reason`,
    sql<{ id: string; status: BroadcastStatus }[]>`
      select id, status from broadcasts where corrects = ${id} order by created_at`,
    broadcastActivitySince(sql, id, 0),
    templatePrice(sql, broadcast),
  ])
  const named = (one: string) => names.find((officerRow) => officerRow.id === one) ?? { id: one, name: '' }
  const { rules } = services.broadcasting
  return {
    kind: 'read',
    value: {
      broadcast,
      author: named(broadcast.authorId),
      approvers: people.slice(1).map(named),
      needsTwo: broadcast.kind === 'duty' && (broadcast.households ?? 0) > rules.secondApprovalAbove,
      plan: planOf(services, broadcast, price, now),
      counts: [...counts],
      exclusions: [...exclusions],
      corrections: [...corrections],
      activity,
    },
  }
}

function planOf(
  { broadcasting }: BroadcastServices,
  { preview, content, startedAt, scheduleAt, notAfter }: Broadcast,
  price: number | null,
  now: Date,
): SendingPlan | null {
  if (preview === null) return null
  const planned = startedAt ?? scheduleAt ?? (content.schedule === null ? now : new Date(content.schedule))
  const startAt = startedAt === null && planned < now ? now : planned
  return planSending(preview, broadcasting, { startAt, notAfter, templatePrice: price })
}

/** What Zalo said that one message by the chosen template costs; null: it did not say. */
export async function templatePrice(
  sql: Sql,
  { content: { zalo_template: template } }: Pick<Broadcast, 'content'>,
): Promise<number | null> {
  if (template === null) return null
  const [row] = await sql<{ price: number | null }[]>`
    select max(price_by_uid) as price from zalo_templates where template_id = ${template.id}`
  return row?.price ?? null
}

export interface BroadcastListLine {
  id: string
  kind: BroadcastKind
  topic: string
  status: BroadcastStatus
  unitId: string | null
  authorName: string
  /** The beginning of the Vietnamese text. */
  beginning: string
  households: number | null
  scheduleAt: Date | null
  startedAt: Date | null
  endedAt: Date | null
  corrects: string | null
  createdAt: Date
}

export interface Page<Line> {
  items: Line[]
  nextCursor: string | null
}

/** Thrown for a cursor that no list of ours gave. */
export class WrongBroadcastCursor extends Error {
  constructor() {
    super('This cursor did not come from a list')
    this.name = 'WrongBroadcastCursor'
  }
}

const listCursor = z.tuple([z.iso.datetime(), z.uuid()])

/** Those the officer may read, the newest first. */
export async function listBroadcasts(
  sql: Sql,
  officer: Officer,
  filter: { status?: readonly BroadcastStatus[] | undefined },
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<BroadcastListLine>> {
  const scope = broadcastScope(officer)
  if (scope === 'none') return { items: [], nextCursor: null }
  const after = cursor === undefined ? null : readCursor(cursor, listCursor)
  const rows = await sql<(BroadcastListLine & { at: string })[]>`
    select b.id, b.kind, b.topic, b.status, b.unit_id as "unitId", coalesce(o.name, '') as "authorName",
      left(b.content #>> '{texts,vi,text}', 160) as beginning, b.households, b.schedule_at as "scheduleAt",
      b.started_at as "startedAt", b.ended_at as "endedAt", b.corrects, b.created_at as "createdAt",
      to_char(b.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
    from broadcasts b left join officers o on o.id = b.author_id
    where ${scope === 'all' ? sql`true` : sql`b.unit_id = ${scope.unitId}`}
      ${filter.status === undefined ? sql`` : sql`and b.status = any (${list(sql, filter.status)}::text[])`}
      ${after === null ? sql`` : sql`and (b.created_at, b.id) < (${after[0]}::text::timestamptz, ${after[1]}::uuid)`}
    order by b.created_at desc, b.id desc limit ${limit + 1}`
  return pageOf(rows, limit, ({ at, id }) => [at, id])
}

export interface RecipientLine {
  contactId: string
  channel: string
  state: string
  reason: string | null
  communeCode: string | null
  sentAt: Date | null
  settledAt: Date | null
  readAt: Date | null
  tappedAt: Date | null
  repliedAt: Date | null
  understoodAt: Date | null
}

const recipientCursor = z.tuple([z.uuid()])

/** Who it went to and what became of it. No name and no address: a contact's id says nothing by itself. */
export async function listRecipients(
  sql: Sql,
  broadcastId: string,
  filter: { state?: string | undefined; channel?: string | undefined; commune?: string | undefined },
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<RecipientLine>> {
  const after = cursor === undefined ? null : readCursor(cursor, recipientCursor)
  const rows = await sql<RecipientLine[]>`
    select contact_id as "contactId", channel, state, reason, commune_code as "communeCode", sent_at as "sentAt",
      settled_at as "settledAt", read_at as "readAt", tapped_at as "tappedAt", replied_at as "repliedAt",
      understood_at as "understoodAt"
    from broadcast_recipients
    where broadcast_id = ${broadcastId} ${after === null ? sql`` : sql`and contact_id > ${after[0]}`}
      ${filter.state === undefined ? sql`` : sql`and state = ${filter.state}`}
      ${filter.channel === undefined ? sql`` : sql`and channel = ${filter.channel}`}
      ${filter.commune === undefined ? sql`` : sql`and commune_code = ${filter.commune}`}
    order by contact_id limit ${limit + 1}`
  return pageOf(rows, limit, ({ contactId }) => [contactId])
}

function readCursor<Value>(text: string, schema: z.ZodType<Value>): Value {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch {
    throw new WrongBroadcastCursor()
  }
}

function pageOf<Line>(rows: readonly Line[], limit: number, keyOf: (line: Line) => readonly string[]): Page<Line> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return { items, nextCursor: hasMore ? Buffer.from(JSON.stringify(keyOf(last))).toString('base64url') : null }
}
