import type { Sql } from '../db/client.ts'

export interface AuditLine {
  /** Number in the chain. */
  seq: number
  id: number
  at: Date
  actor: { id: string; name: string } | null
  action: string
  subjectKind: string | null
  subjectId: string | null
  /** When the subject is an officer. */
  subjectName: string | null
  facts: Record<string, unknown>
}

export interface AuditFilter {
  actorId?: string | undefined
  action?: string | undefined
  ticket?: string | undefined
  /** From the first moment to the one after the last. */
  between?: readonly [Date, Date] | undefined
}

/** Lines from the newest on; `before` is the id where the page before ended. */
export async function listAudit(
  sql: Sql,
  filter: AuditFilter,
  page: { before?: number | undefined; limit: number },
): Promise<{ items: AuditLine[]; nextBefore: number | null }> {
  const { actorId, action, ticket, between } = filter
  // Numbers rise with time: the span of numbers keeps a page of long ago from reading everything since.
  const span = between && sql`at >= ${between[0]} and at < ${between[1]}`
  const rows = await sql<AuditLine[]>`
    select a.id, c.seq, a.at, case when o.id is null then null else json_build_object('id', o.id, 'name', o.name) end as actor,
      a.action, a.subject_kind as "subjectKind", a.subject_id as "subjectId", s.name as "subjectName", a.facts
    from (
      select * from audit a
      where ${actorId === undefined ? sql`true` : sql`a.actor_id = ${actorId}`}
        and ${action === undefined ? sql`true` : sql`a.action = ${action}`}
        and ${ticket === undefined ? sql`true` : sql`a.subject_kind = 'ticket' and a.subject_id = ${ticket}`}
        and ${
          span === undefined
            ? sql`true`
            : sql`${span} and a.id between (select min(id) from audit where ${span}) and (select max(id) from audit where ${span})`
        }
        and ${page.before === undefined ? sql`true` : sql`a.id < ${page.before}`}
      order by a.id desc limit ${page.limit + 1}
    ) a
    left join audit_chain c on c.audit_id = a.id
    left join officers o on o.id = a.actor_id
    left join officers s on a.subject_kind = 'officer' and s.id::text = a.subject_id
    order by a.id desc`
  const items = rows.slice(0, page.limit)
  return { items, nextBefore: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

/** Every action that the log holds, for a list to choose from: by jumps through the index, not by reading all lines. */
export async function auditActions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ action: string }[]>`
    with recursive known as (
      (select action from audit order by action limit 1)
      union all
      select (select a.action from audit a where a.action > known.action order by a.action limit 1) from known
      where known.action is not null
    )
    select action from known where action is not null`
  return rows.map(({ action }) => action)
}
