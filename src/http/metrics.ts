import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ChannelHealth } from '../channel-health.ts'
import { createChannelGauges, setChannelGauges } from './channel-gauges.ts'
import type { Backlog } from './health.ts'

/** What is read from the database when somebody asks for the figures. */
export interface MeasuredState {
  backlogs(): Promise<{ inbox: Backlog; outbox: Backlog }>
  /** Tickets per status. */
  ticketsByStatus(): Promise<Record<string, number>>
  channelFigures?(): Promise<readonly ChannelHealth[]>
}

export type Metrics = ReturnType<typeof createMetrics>

/** The figures of one process, in a registry of its own so that several servers can live in one test run. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    updatesStored: new Counter({
      name: 'cau_noi_updates_stored_total',
      help: 'Updates stored before they were acknowledged',
      labelNames: ['channel'] as const,
      registers,
    }),
    updatesHandled: new Counter({
      name: 'cau_noi_updates_handled_total',
      help: 'Updates whose effects are committed',
      labelNames: ['channel'] as const,
      registers,
    }),
    updatesFailed: new Counter({
      name: 'cau_noi_updates_failed_total',
      help: 'Failed attempts at handling an update',
      labelNames: ['channel'] as const,
      registers,
    }),
    messages: new Counter({
      name: 'cau_noi_messages_total',
      help: 'Attempts at delivering a message, by outcome',
      labelNames: ['channel', 'outcome'] as const,
      registers,
    }),
    stepSeconds: new Histogram({
      name: 'cau_noi_step_duration_seconds',
      help: 'Time from locking a contact to committing the effects of one update',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'cau_noi_http_request_duration_seconds',
      help: 'Time to answer an HTTP request',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    waiting: new Gauge({
      name: 'cau_noi_backlog',
      help: 'Rows that wait in the inbox or outbox; 10000 stands for so many or more',
      labelNames: ['queue'] as const,
      registers,
    }),
    oldestSeconds: new Gauge({
      name: 'cau_noi_backlog_oldest_seconds',
      help: 'Age of the oldest row that waits',
      labelNames: ['queue'] as const,
      registers,
    }),
    tickets: new Gauge({
      name: 'cau_noi_tickets',
      help: 'Tickets by status; large numbers are estimates',
      labelNames: ['status'] as const,
      registers,
    }),
    channels: createChannelGauges(registers),
  }
}

/**
 * `/metrics` for Prometheus. With a public address only callers that reach the process directly are answered: load and
 * ticket counts are nobody's business on the Internet.
 */
export async function metricsRoutes(
  app: FastifyInstance,
  { metrics, state, publicUrl }: { metrics: Metrics; state: MeasuredState; publicUrl: string | null },
): Promise<void> {
  app.get('/metrics', { config: { rateLimit: false } }, async (request, reply) => {
    if (publicUrl !== null && request.headers['x-forwarded-for'] !== undefined) return reply.callNotFound()
    const warn = (error: unknown) => request.log.warn({ err: error }, 'figures of the database are missing')
    await Promise.all([measure(metrics, state, warn), measureChannels(metrics, state, warn)])
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

/** A database that is down must not take the process's own figures with it. */
async function measure(metrics: Metrics, state: MeasuredState, warn: (error: unknown) => void): Promise<void> {
  metrics.waiting.reset()
  metrics.oldestSeconds.reset()
  metrics.tickets.reset()
  try {
    const [backlogs, tickets] = await Promise.all([state.backlogs(), state.ticketsByStatus()])
    for (const queue of ['inbox', 'outbox'] as const) {
      metrics.waiting.set({ queue }, backlogs[queue].waiting)
      metrics.oldestSeconds.set({ queue }, backlogs[queue].oldestSeconds)
    }
    for (const [status, count] of Object.entries(tickets)) metrics.tickets.set({ status }, count)
  } catch (error) {
    warn(error)
  }
}

async function measureChannels(metrics: Metrics, state: MeasuredState, warn: (error: unknown) => void): Promise<void> {
  let channels: readonly ChannelHealth[] = []
  try {
    channels = (await state.channelFigures?.()) ?? []
  } catch (error) {
    warn(error)
  }
  setChannelGauges(metrics.channels, channels)
}
