import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'

/** What an officer can be told about a ticket. */
export const NOTICE_KINDS = [
  'new_ticket',
  'urgent',
  'assigned',
  'citizen_wrote',
  'offered',
  'accepted',
  'returned',
  'lapsed',
  'due_soon',
  'overdue',
  'escalated',
  'reopened',
  'rated',
] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

export type Told =
  | { officerIds: readonly string[] }
  /**
   * Who handles the work of a unit, or who heads it. `heads`: its heads, or all who handle its work while it has none.
   * Officers on leave on the day are left out.
   */
  | { unitId: string; who: 'handling' | 'heads'; day: string }

/** Told once until it is read: a citizen who writes ten times is one piece of news. */
const REPEATED: ReadonlySet<NoticeKind> = new Set<NoticeKind>(['citizen_wrote'])

export const HANDLING_ROLES = ['commune_officer', 'department_officer'] as const
const HEAD_ROLE = 'head_of_unit'

/**
 * Tells officers about a ticket, in the transaction that gives the reason. Disabled officers are left out, and so is
 * `except`, who caused it. Returns whom it told.
 */
export async function notify(
  tx: Transaction,
  to: Told,
  kind: NoticeKind,
  ticketId: number,
  now: Date,
  except: string | null = null,
): Promise<string[]> {
  const ids = 'officerIds' in to ? [...new Set(to.officerIds)] : await officersOf(tx, to)
  const others = ids.filter((id) => id !== except)
  if (others.length === 0) return []
  const rows = await tx<{ officer_id: string }[]>`
    insert into officer_notices (officer_id, ticket_id, kind, at)
    select o.id, ${ticketId}, ${kind}, ${now} from officers o
    where o.id = any (${list(tx, others)}::uuid[]) and o.disabled_at is null
      and not (${REPEATED.has(kind)} and exists (select from officer_notices n
        where n.officer_id = o.id and n.ticket_id = ${ticketId} and n.kind = ${kind} and n.read_at is null))
    returning officer_id`
  return rows.map((row) => row.officer_id)
}

/** Whom a notice to a unit reaches. */
export async function officersOf(tx: Transaction, to: Extract<Told, { unitId: string }>): Promise<string[]> {
  const rows = await tx<{ id: string; is_head: boolean; handles: boolean }[]>`
    select o.id, ${HEAD_ROLE} = any (o.roles) as is_head,
      o.roles && ${list(tx, [...HANDLING_ROLES])}::text[] as handles
    from officers o
    where o.unit_id = ${to.unitId} and o.disabled_at is null
      and not exists (select from officer_leaves l
        where l.officer_id = o.id and l.from_day <= ${to.day} and l.to_day >= ${to.day})`
  const heads = rows.filter((row) => row.is_head)
  const handling = rows.filter((row) => row.handles)
  const chosen = to.who === 'heads' && heads.length > 0 ? heads : handling.length > 0 ? handling : heads
  return chosen.map((row) => row.id)
}
