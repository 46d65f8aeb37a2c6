import type { Sql } from '../db/client.ts'
import { type ActOutcome, type ActRequest, act } from './act.ts'
import type { DeskServices } from './services.ts'
import { keepNote } from './words.ts'

/** Words that stay among officers. */
export function note(
  sql: Sql,
  services: DeskServices,
  request: ActRequest & { text: string },
  now: Date,
): Promise<ActOutcome> {
  return act(sql, services, 'note', request, now, async (step) => ({
    set: {},
    facts: { message: await keepNote(step, request.text) },
  }))
}
