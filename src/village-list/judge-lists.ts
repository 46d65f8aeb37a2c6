/**
 * Judges stored lists beside everything else the process does. The database remembers how far it came: after a restart,
 * or a kill, the same or another process goes on with the first part that is not judged. Rows are judged in short turns,
 * so that nobody else's call waits for them.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import { isPassingFault } from '../db/faults.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import { newId } from '../ids.ts'
import type { Logger } from '../log.ts'
import type { Key, Secrets } from '../secrets.ts'
import { forgetLists } from './forget-lists.ts'
import { codeOf, judgeRow } from './judge-row.ts'
import { type Counts, countsSchema, type KeptRow, openPart, type Part, sealPart } from './part.ts'

export interface ListJudge {
  /** Begins to look for lists, also those that another process left. */
  start(): void
  /** Says that there is a new list. */
  wake(): void
  /** Judges every list that nobody else has in hand; for tests. */
  judgeDue(): Promise<void>
  /** Finishes the part in hand and takes nothing more. */
  stop(): Promise<void>
}

export interface ListJudgeOptions {
  sql: Sql
  secrets: Secrets
  clock: Clock
  log: Pick<Logger, 'warn' | 'error'>
  eligibility: EligibilityDefinitions
}

const LOOK_EVERY_MS = 2_000
const FORGET_EVERY_MS = 3_600_000
/** Others take over a list whose process said nothing for so long. */
const LEASE_SECONDS = 10
/** After this much work in one go the others get a turn. */
const TURN_MS = 3

interface TakenList {
  id: string
  key: Key
  judgedOn: string
}

export function createListJudge(options: ListJudgeOptions): ListJudge {
  const { sql, clock, log } = options
  const worker = newId()
  let isStopping = false
  let wakeUp = (): void => {}
  let running: Promise<void> = Promise.resolve()
  let forgottenAt = Number.NEGATIVE_INFINITY
  const judgeDue = async (): Promise<void> => {
    for (let list = await takeList(options, worker); list !== null; list = await takeList(options, worker)) {
      await judgeList(options, worker, list, () => isStopping)
      if (isStopping) return
    }
  }
  const forgetDue = async (): Promise<void> => {
    const now = clock.now()
    if (now.getTime() - forgottenAt < FORGET_EVERY_MS) return
    forgottenAt = now.getTime()
    await forgetLists(sql, now)
  }
  const loop = async (): Promise<void> => {
    while (!isStopping) {
      const woken = new Promise<void>((resolve) => {
        wakeUp = resolve
      })
      try {
        await judgeDue()
        await forgetDue()
      } catch (error) {
        log.warn({ err: error }, 'village lists have to wait')
      }
      if (isStopping) return
      const timer = new AbortController()
      await Promise.race([woken, pause(LOOK_EVERY_MS, undefined, { ref: false, signal: timer.signal }).catch(() => {})])
      timer.abort()
    }
  }
  return {
    start: () => {
      running = loop()
    },
    wake: () => wakeUp(),
    judgeDue,
    stop: async () => {
      isStopping = true
      wakeUp()
      await running
      await sql`update village_lists set lease_until = null where worker = ${worker} and state = 'running'`.catch(
        () => {},
      )
    },
  }
}

async function takeList(options: ListJudgeOptions, worker: string): Promise<TakenList | null> {
  const { sql, secrets } = options
  const [row] = await sql<{ id: string; sealed_key: Buffer; judged_on: string }[]>`
    update village_lists set state = 'running', worker = ${worker},
      lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = (
      select id from village_lists
      where state in ('waiting', 'running') and (lease_until is null or lease_until < clock_timestamp())
      order by created_at limit 1 for update skip locked
    ) returning id, sealed_key, judged_on`
  if (row === undefined) return null
  try {
    return { id: row.id, key: secrets.openPersonKey(row.sealed_key), judgedOn: row.judged_on }
  } catch (error) {
    await giveUp(options, row.id, error)
    return takeList(options, worker)
  }
}

async function judgeList(
  options: ListJudgeOptions,
  worker: string,
  list: TakenList,
  isStopping: () => boolean,
): Promise<void> {
  const { sql, clock } = options
  try {
    while (!isStopping()) {
      const [next] = await sql<{ part: number; sealed_rows: Buffer }[]>`
        select part, sealed_rows from village_list_parts
        where list_id = ${list.id} and judged_at is null order by part limit 1`
      if (next === undefined) {
        await sql`update village_lists set state = 'done', finished_at = ${clock.now()}, lease_until = null
          where id = ${list.id} and worker = ${worker}`
        return
      }
      const judged = await judgePart(options, openPart(list.key, next.sealed_rows), list.judgedOn)
      const isOurs = await keepPart(options, worker, list, next.part, judged)
      if (!isOurs) return
    }
  } catch (error) {
    if (isPassingFault(error)) throw error
    await giveUp(options, list.id, error)
  }
}

async function giveUp({ sql, log }: ListJudgeOptions, id: string, error: unknown): Promise<void> {
  log.error({ err: error, list: id }, 'a village list cannot be judged')
  await sql`update village_lists set state = 'failed', lease_until = null where id = ${id}`
}

async function judgePart(options: ListJudgeOptions, part: Part, judgedOn: string): Promise<Part> {
  const { eligibility, log } = options
  const rows: KeptRow[] = []
  let turnFrom = performance.now()
  for (const kept of part.rows) {
    rows.push(judgeKept(eligibility, kept, judgedOn, log))
    if (performance.now() - turnFrom < TURN_MS) continue
    await new Promise((resolve) => setImmediate(resolve))
    turnFrom = performance.now()
  }
  return { programmes: [...eligibility.programmes.keys()], rows }
}

function judgeKept(
  eligibility: EligibilityDefinitions,
  kept: KeptRow,
  judgedOn: string,
  log: ListJudgeOptions['log'],
): KeptRow {
  const { row } = kept
  if (row.kind === 'faulty') return kept
  try {
    const judged = judgeRow(eligibility, row, judgedOn)
    if (judged.kind === 'impossible') return { row: judged.row, outcomes: '', assumed: [] }
    const { determinations } = judged
    const entitled = determinations.filter(({ outcome }) => outcome === 'eligible')
    const assumed = [...new Set(entitled.flatMap((one) => one.assumed))]
    return { row, outcomes: determinations.map(codeOf).join(''), assumed }
  } catch (error) {
    // One line that the rules stumble over is listed; the others go on.
    log.error({ err: error }, 'a line of a village list could not be judged')
    const faults = [{ key: 'broken' as const, column: '', value: '' }]
    return { row: { kind: 'faulty', number: row.number, name: row.name, faults }, outcomes: '', assumed: [] }
  }
}

/** Keeps what was found and moves the progress on, together. False: the list is somebody else's by now, or deleted. */
async function keepPart(
  { sql, clock }: ListJudgeOptions,
  worker: string,
  list: TakenList,
  number: number,
  part: Part,
): Promise<boolean> {
  const sealed = sealPart(list.key, part)
  return sql.begin(async (tx) => {
    const [head] = await tx<{ counts: unknown }[]>`
      select counts from village_lists where id = ${list.id} and worker = ${worker} for update`
    if (head === undefined) return false
    const counts = addCounts(countsSchema.parse(head.counts), part)
    const faulty = part.rows.filter(({ row }) => row.kind === 'faulty').length
    await tx`update village_list_parts set sealed_rows = ${sealed}, judged_at = ${clock.now()}
      where list_id = ${list.id} and part = ${number}`
    await tx`update village_lists set rows_judged = rows_judged + ${part.rows.length - faulty},
        rows_faulty = rows_faulty + ${faulty}, counts = ${tx.json(counts)},
        lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
      where id = ${list.id}`
    return true
  })
}

function addCounts({ programmes: byProgramme, assumed: byFact }: Counts, { programmes, rows }: Part): Counts {
  for (const { outcomes, assumed } of rows) {
    for (const fact of assumed) byFact[fact] = (byFact[fact] ?? 0) + 1
    for (const [index, programme] of programmes.entries()) {
      const code = outcomes[index]
      if (code === undefined) continue
      const own = byProgramme[programme] ?? {}
      own[code] = (own[code] ?? 0) + 1
      byProgramme[programme] = own
    }
  }
  return { programmes: byProgramme, assumed: byFact }
}
