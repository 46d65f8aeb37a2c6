import type { PriorityGroup, QueueOrder } from '../territory/territory.ts'

/*
 * Where a ticket stands in a queue: by its deadline, urgent ones before all others, people of the plan's priority groups
 * somewhat earlier. The place is kept on the ticket, so that lists are read in order from an index. Pure.
 */

const MINUTE_MS = 60_000

/** Null for a finished ticket. */
export function queuePosition(
  ticket: { dueAt: Date | null; urgent: boolean; priorityGroups: readonly string[] },
  order: QueueOrder,
): Date | null {
  if (ticket.dueAt === null) return null
  const urgent = ticket.urgent ? order.urgentMinutesAhead : 0
  const priority = ticket.priorityGroups.length > 0 ? order.priorityMinutesAhead : 0
  return new Date(ticket.dueAt.getTime() - (urgent + priority) * MINUTE_MS)
}

/** The groups to which what is known of a person puts them. */
export function priorityGroupsOf(facts: Readonly<Record<string, unknown>>, order: QueueOrder): PriorityGroup[] {
  return [...order.groups].flatMap(([group, signs]) =>
    signs.some((sign) => {
      const value = facts[sign.fact]
      if (sign.is !== undefined) return sign.is.some((one) => one === value)
      if (typeof value !== 'number') return false
      return (
        (sign.atLeast === undefined || sign.atLeast <= value) && (sign.atMost === undefined || value <= sign.atMost)
      )
    })
      ? [group]
      : [],
  )
}
