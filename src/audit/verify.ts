/*
 * Reckons the chain anew, from the lines as they stand, in a program of its own: what the database says of its hashes is not
 * believed. A cut-off end cannot be seen from within: that is what the count and head in the log of every start are for.
 */
import { createHash } from 'node:crypto'
import type { Sql } from '../db/client.ts'

export interface ChainHead {
  /** Lines in the chain. */
  count: number
  /** Hash of the last line, hex; of zeros while there is none. */
  head: string
}

export type Verification =
  | ({ kind: 'sound' } & ChainHead)
  | { kind: 'broken'; seq: number; auditId: number | null; what: string }

/** One link with its line, every value as the text over which the hash goes. */
export interface ChainLine {
  seq: number
  link: { auditId: string; prevHash: Buffer; hash: Buffer } | null
  line: { id: string; parts: (string | null)[] } | null
  /** Of an officer's action on a ticket: the line of activity it stands for. Null for all other lines. */
  activity: (string | null)[] | null
  digest: string | null
}

const AT_ONCE = 2_000
const NOTHING = Buffer.alloc(32)

/** Reads in batches, so that a chain of any length fits. `onBatch` hears how far it is. */
export async function verifyAudit(sql: Sql, onBatch: (count: number) => void = () => {}): Promise<Verification> {
  let before: Buffer = NOTHING
  let count = 0
  for (;;) {
    const lines = await readLines(sql, count)
    for (const line of lines) {
      const fault = faultOf(line, count + 1, before)
      if (fault !== null)
        return { kind: 'broken', seq: count + 1, auditId: Number(line.link?.auditId ?? 0) || null, what: fault }
      before = line.link?.hash ?? before
      count = line.seq
    }
    onBatch(count)
    if (lines.length < AT_ONCE) break
  }
  const [stray] = await sql<{ id: number }[]>`
    select a.id from audit a left join audit_chain c on c.audit_id = a.id where c.seq is null order by a.id limit 1`
  if (stray) return { kind: 'broken', seq: count + 1, auditId: stray.id, what: 'a line stands outside of the chain' }
  return { kind: 'sound', count, head: before.toString('hex') }
}

/** Where the chain ends now; what a start logs, so that a cut-off end shows later. */
export async function chainHead(sql: Sql): Promise<ChainHead> {
  const [last] = await sql<{ seq: number; hash: Buffer }[]>`select seq, hash from audit_chain order by seq desc limit 1`
  return { count: last?.seq ?? 0, head: (last?.hash ?? NOTHING).toString('hex') }
}

/** What is wrong with the line that should be number `seq`; null when it is sound. */
export function faultOf(
  { seq, link, line, activity, digest }: ChainLine,
  expected: number,
  before: Buffer,
): string | null {
  if (seq !== expected) return 'the line is missing'
  if (link === null) return 'the line has no link'
  if (line === null) return 'the line that the chain speaks of is missing'
  if (!link.prevHash.equals(before)) return 'the hash before does not follow from the line before'
  if (!hashOf(before, [String(seq), line.id, ...line.parts]).equals(link.hash)) return 'the line was changed or moved'
  if (digest === null) return null
  if (activity === null) return 'the line of activity that it stands for is missing'
  return sha256(textOf(activity)) === digest ? null : 'the line of activity that it stands for was changed'
}

function hashOf(before: Buffer, parts: readonly (string | null)[]): Buffer {
  return createHash('sha256').update(before).update(textOf(parts)).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The same text that `audit_text` of the database makes. */
function textOf(parts: readonly (string | null)[]): string {
  return parts.map((part) => (part === null ? '-' : `${Buffer.byteLength(part)}:${part}`)).join(',')
}

async function readLines(sql: Sql, after: number): Promise<ChainLine[]> {
  const rows = await sql<Row[]>`
    select c.seq, c.audit_id::text as "auditId", c.prev_hash as "prevHash", c.hash, a.id::text, ${micros(sql, 'a')} as micros,
      a.actor_id::text as actor, a.action, a.subject_kind as kind, a.subject_id as subject, a.facts::text,
      case when a.action like 'ticket-%' then a.facts->>'digest' end as digest,
      v.ticket_id::text as "ticketId", v.seq::text as "activitySeq", ${micros(sql, 'v')} as "activityMicros",
      v.actor as "activityActor", v.officer_id::text as "officerId", v.verb, v.facts::text as "activityFacts"
    from audit_chain c
    left join audit a on a.id = c.audit_id
    left join tickets t on a.facts ? 'digest' and a.subject_kind = 'ticket' and t.number = a.subject_id
    left join activity v on v.ticket_id = t.id and v.seq = (a.facts->>'seq')::int
    where c.seq > ${after} order by c.seq limit ${AT_ONCE}`
  return rows.map((row) => ({
    seq: row.seq,
    link: { auditId: row.auditId, prevHash: row.prevHash, hash: row.hash },
    line:
      row.id === null
        ? null
        : { id: row.id, parts: [row.micros, row.actor, row.action, row.kind, row.subject, row.facts] },
    activity:
      row.ticketId === null
        ? null
        : [
            row.ticketId,
            row.activitySeq,
            row.activityMicros,
            row.activityActor,
            row.officerId,
            row.verb,
            row.activityFacts,
          ],
    digest: row.digest,
  }))
}

function micros(sql: Sql, table: 'a' | 'v') {
  return sql`(extract(epoch from ${sql(table)}.at) * 1000000)::bigint::text`
}

type Row = { seq: number; auditId: string; prevHash: Buffer; hash: Buffer } & Record<
  | 'id'
  | 'micros'
  | 'actor'
  | 'action'
  | 'kind'
  | 'subject'
  | 'facts'
  | 'digest'
  | 'ticketId'
  | 'activitySeq'
  | 'activityMicros'
  | 'activityActor'
  | 'officerId'
  | 'verb'
  | 'activityFacts',
  string | null
>
