import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Broadcasting } from '../broadcasts/services.ts'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db/client.ts'
import type { DeskServices } from '../desk/services.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Logger } from '../log.ts'
import type { ReportDefinitions } from '../reports/indicator.ts'

/** What the API asks of the reader of free text. */
export interface TextReader {
  understand(text: string): {
    topics: readonly { id: string; score: number }[]
    intent: string
    decision: 'accept' | 'ask' | 'out_of_scope' | 'smalltalk'
  }
}

export interface ApiServices extends DeskServices {
  sql: Sql
  clock: Clock
  log: Logger
  eligibility: EligibilityDefinitions
  understander: TextReader
  reports: ReportDefinitions
  broadcasting: Broadcasting
  /** Where the world reaches us, when that differs from what requests say. */
  publicUrl?: string | null | undefined
}

/** A fastify scope whose routes are typed by their zod schemas. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>
