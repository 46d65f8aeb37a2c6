import { localDay } from '../clock.ts'
import type { Sql, Transaction } from '../db/client.ts'
import type { DeskServices } from '../desk/services.ts'
import { isWorkingMoment, nextWorkingMoment, type WorkingCalendar } from '../desk/working-time.ts'
import { formatDay } from '../i18n.ts'
import { isOnLeave } from '../officers/leave.ts'
import { hasRole, type Officer, scopeOf } from '../officers/permissions.ts'
import { holdChatOf } from './chat-of-officer.ts'
import { say } from './hand.ts'
import { speak } from './present.ts'
import { digestDue } from './rules.ts'
import { keepActions, listActions, type NewsServices } from './tell-news.ts'

const OFFICERS_AT_ONCE = 200

/**
 * Sends what waits to every officer with a chat who wants it, when a digest is due; once for each officer and time,
 * however many processes call it. Returns how many were sent.
 */
export async function sendDigests(sql: Sql, { desk, rules, log }: NewsServices, now: Date): Promise<number> {
  const time = digestDue(rules, now)
  if (time === null) return 0
  const day = localDay(now)
  let sent = 0
  for (;;) {
    const due = await sql<{ officer_id: string }[]>`
      select distinct l.officer_id from officer_contacts l join officers o on o.id = l.officer_id
      where o.disabled_at is null
        and not exists (select from officer_chat_choices c where c.officer_id = o.id and c.digest_off_at is not null)
        and not exists (select from officer_digests d
          where d.officer_id = o.id and d.day = ${day} and d.time = ${time})
      limit ${OFFICERS_AT_ONCE}`
    let settled = 0
    for (const { officer_id: officerId } of due) {
      try {
        const outcome = await sql.begin((tx) => sendDigest(tx, desk, officerId, { day, time }, now))
        if (outcome !== 'busy') settled++
        if (outcome === 'sent') sent++
      } catch (error) {
        log.error({ err: error, officerId }, 'a digest could not be sent')
      }
    }
    if (due.length < OFFICERS_AT_ONCE || settled === 0) return sent
  }
}

async function sendDigest(
  tx: Transaction,
  desk: DeskServices,
  officerId: string,
  { day, time }: { day: string; time: string },
  now: Date,
): Promise<'sent' | 'nothing' | 'busy'> {
  const hand = await holdChatOf(tx, desk, officerId, now)
  if (hand === 'busy') return 'busy'
  const first = await tx`insert into officer_digests (officer_id, day, time) values (${officerId}, ${day}, ${time})
    on conflict do nothing returning 1`
  if (first.length === 0 || hand === 'none') return 'nothing'
  const { officer } = hand
  if (!isWorkedOn(desk.calendars.of(officer.unitId ?? ''), day) || (await isOnLeave(tx, officerId, day)))
    return 'nothing'
  const counts = await countWork(tx, officer, now)
  if (Object.values(counts).every((count) => count === 0)) return 'nothing'
  const actions = await keepActions(hand, listActions(hand, ['mine', 'unit', 'offered', 'overdue', 'digestOff']))
  await speak(hand, say(hand, 'digest', { ...counts, day: formatDay(day), time }), actions)
  return 'sent'
}

/** Whether the office works on that day at all. */
function isWorkedOn(calendar: WorkingCalendar, day: string): boolean {
  const midnight = new Date(`${day}T00:00:00+07:00`)
  return isWorkingMoment(calendar, midnight) || localDay(nextWorkingMoment(calendar, midnight)) === day
}

export interface WorkCounts {
  new: number
  dueToday: number
  overdue: number
  offered: number
}

/** What waits for an officer: in the unit's queue and with themself; for a head and who is over all, with everybody. */
export async function countWork(tx: Transaction, officer: Officer, now: Date): Promise<WorkCounts> {
  const scope = scopeOf(officer)
  const unitId = scope.kind === 'unit' ? scope.unitId : null
  const endOfDay = new Date(`${localDay(new Date(now.getTime() + 86_400_000))}T00:00:00+07:00`)
  const isOurs = unitId === null ? tx`` : tx`and unit_id = ${unitId} and complaint_about is distinct from ${unitId}`
  const isTheirs =
    unitId === null || hasRole(officer, 'head_of_unit')
      ? tx`true`
      : tx`(assignee_id is null or assignee_id = ${officer.id})`
  const toUs =
    unitId === null
      ? tx`offered_unit_id is not null`
      : tx`offered_unit_id = ${unitId} and complaint_about is distinct from ${unitId}
          and (offered_officer_id is null or offered_officer_id = ${officer.id})`
  const [row] = await tx<{ new: number; due_today: number; overdue: number }[]>`
    select count(*) filter (where status = 'open') as new,
      count(*) filter (where ${isTheirs} and paused_at is null and due_at >= ${now} and due_at < ${endOfDay}) as due_today,
      count(*) filter (where ${isTheirs} and paused_at is null and due_at < ${now}) as overdue
    from tickets where due_at is not null ${isOurs}`
  const [offers] = await tx<{ count: number }[]>`select count(*) as count from tickets where ${toUs}`
  return {
    new: row?.new ?? 0,
    dueToday: row?.due_today ?? 0,
    overdue: row?.overdue ?? 0,
    offered: offers?.count ?? 0,
  }
}
