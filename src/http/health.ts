import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ChannelHealth as ChannelFigures } from '../channel-health.ts'
import { channelFiguresSchema, figuresToWire } from './channel-figures.ts'

/** How long the database may take to answer before this process counts as not ready. */
const DATABASE_PATIENCE_MS = 1_000

export interface ChannelHealth {
  id: string
  on: boolean
  /** Why it is off, or what is wrong with it: names settings, never their values. */
  reason: string | null
  lastUpdateAt: Date | null
}

export interface Backlog {
  waiting: number
  /** Age of the oldest that waits; 0 when none does. */
  oldestSeconds: number
}

/** Questions that `main.ts` answers, since this folder knows no module. Each may throw: that counts as a no. */
export interface HealthChecks {
  /** Resolves when the database answered. */
  database(): Promise<unknown>
  /** Names of migrations that are not applied. */
  pendingMigrations(): Promise<readonly string[]>
  channels(): Promise<readonly ChannelHealth[]> | readonly ChannelHealth[]
  backlogs(): Promise<{ inbox: Backlog; outbox: Backlog }>
  /** All that is known of the channels. Only told: whether the process is ready does not hang on it. */
  channelFigures?(): Promise<readonly ChannelFigures[]>
  /** True once the process was told to stop: it takes no new work. */
  isStopping?(): boolean
}

const backlogSchema = z.object({ waiting: z.number(), oldest_seconds: z.number() })

const readinessSchema = z.object({
  status: z.enum(['ready', 'not_ready']),
  /** What keeps it from being ready, for a person. */
  reasons: z.array(z.string()),
  database: z.enum(['answers', 'does_not_answer']),
  migrations: z.enum(['applied', 'pending', 'unknown']),
  channels: z.array(
    z.object({
      id: z.string(),
      on: z.boolean(),
      reason: z.string().nullable(),
      last_update_at: z.string().nullable(),
      /** Null while they cannot be read. */
      figures: channelFiguresSchema.nullable().optional(),
    }),
  ),
  last_update_at: z.string().nullable(),
  inbox: backlogSchema.nullable(),
  outbox: backlogSchema.nullable(),
})
type Readiness = z.infer<typeof readinessSchema>

/** `/health/live`: the process answers. `/health/ready`: it can do its work; 503 when not. */
export async function healthRoutes(app: FastifyInstance, checks: HealthChecks): Promise<void> {
  const config = { rateLimit: false } as const
  app.get('/health/live', { config }, async (_request, reply) => reply.send({ status: 'live' }))
  app.get('/health/ready', { config }, async (_request, reply) => {
    const readiness = await readinessOf(checks)
    reply.header('cache-control', 'no-store')
    return reply.code(readiness.status === 'ready' ? 200 : 503).send(readiness)
  })
}

async function readinessOf(checks: HealthChecks): Promise<Readiness> {
  const { channelFigures } = checks
  const [database, pending, channels, backlogs, figures] = await Promise.all([
    inTime(async () => {
      await checks.database()
      return true
    }),
    inTime(() => checks.pendingMigrations()),
    inTime(async () => checks.channels()),
    inTime(() => checks.backlogs()),
    channelFigures === undefined ? null : inTime(() => channelFigures()),
  ])
  const reasons: string[] = []
  if (checks.isStopping?.() === true) reasons.push('The process is stopping.')
  if (database === null) reasons.push(`The database did not answer within ${DATABASE_PATIENCE_MS} ms.`)
  if (pending === null && database !== null) reasons.push('It is not known whether all migrations are applied.')
  if (pending !== null && pending.length > 0) reasons.push(`Migrations not applied: ${pending.join(', ')}.`)
  const known = (channels ?? []).map((channel) => {
    const ofIt = figures?.find(({ id }) => id === channel.id) ?? null
    return { ...channel, lastUpdateAt: ofIt?.lastUpdateAt ?? channel.lastUpdateAt, figures: ofIt }
  })
  const lastUpdates = known.flatMap(({ lastUpdateAt }) => (lastUpdateAt === null ? [] : [lastUpdateAt]))
  const lastUpdateAt = lastUpdates.sort((a, b) => b.getTime() - a.getTime())[0]
  return {
    status: reasons.length === 0 ? 'ready' : 'not_ready',
    reasons,
    database: database === null ? 'does_not_answer' : 'answers',
    migrations: pending === null ? 'unknown' : pending.length > 0 ? 'pending' : 'applied',
    channels: known.map(({ id, on, reason, lastUpdateAt: at, figures: ofIt }) => ({
      id,
      on,
      reason,
      last_update_at: at?.toISOString() ?? null,
      ...(channelFigures !== undefined && { figures: ofIt === null ? null : figuresToWire(ofIt) }),
    })),
    last_update_at: lastUpdateAt?.toISOString() ?? null,
    inbox: backlogs === null ? null : toWire(backlogs.inbox),
    outbox: backlogs === null ? null : toWire(backlogs.outbox),
  }
}

function toWire({ waiting, oldestSeconds }: Backlog) {
  return { waiting, oldest_seconds: Math.round(oldestSeconds) }
}

/** Null when the question failed or took too long. */
async function inTime<Answer>(ask: () => Promise<Answer>): Promise<Answer | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, DATABASE_PATIENCE_MS, null)
  try {
    return await Promise.race([ask(), late])
  } catch {
    return null
  } finally {
    clearTimeout(timer)
  }
}
