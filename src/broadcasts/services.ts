import type { Sql } from '../db/client.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Capabilities, ChannelId } from '../messaging/channel.ts'
import type { WindowRules } from '../messaging/reply-window.ts'
import type { Secrets } from '../secrets.ts'
import type { Territory } from '../territory/territory.ts'
import type { BroadcastRules } from './rules.ts'

/** One account of a channel that is on: where policy messages can leave. */
export interface BroadcastLane {
  channel: ChannelId
  account: string
  capabilities: Pick<Capabilities, 'buttons' | 'textLength' | 'ratePerSecond'>
  /** Null: people can be written to at any time. */
  window: WindowRules | null
}

export interface Broadcasting {
  rules: BroadcastRules
  lanes: readonly BroadcastLane[]
}

/** What every action on policy messages is handed. */
export interface BroadcastServices {
  sql: Sql
  secrets: Secrets
  territory: Territory
  eligibility: EligibilityDefinitions
  broadcasting: Broadcasting
}
