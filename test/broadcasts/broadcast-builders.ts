import { join } from 'node:path'
import { type BroadcastContent, contentSchema } from '../../src/broadcasts/broadcast.ts'
import { createDraft } from '../../src/broadcasts/draft.ts'
import { readBroadcastRules } from '../../src/broadcasts/rules.ts'
import type { Broadcasting, BroadcastLane, BroadcastServices } from '../../src/broadcasts/services.ts'
import type { Broadcast } from '../../src/broadcasts/store.ts'
import type { Sql } from '../../src/db/client.ts'
import { drizzleOn } from '../../src/db/drizzle.ts'
import { readEligibility } from '../../src/eligibility/read-programmes.ts'
import { newId } from '../../src/ids.ts'
import { contacts } from '../../src/messaging/tables.ts'
import type { Officer } from '../../src/officers/permissions.ts'
import { EMPTY_PROFILE, type KeptFacts, type Profile } from '../../src/profile/profile.ts'
import { storeProfile } from '../../src/profile/store-profile.ts'
import { seal } from '../../src/secrets.ts'
import { COMMUNE, desk, MONDAY, sound } from '../desk/desk-builders.ts'

const flows = join(import.meta.dirname, '../../flows')
const rules = sound(readBroadcastRules(flows))
export const eligibility = sound(readEligibility(flows))

const lane = (
  channel: BroadcastLane['channel'],
  account: string,
  rest: Partial<BroadcastLane> = {},
): BroadcastLane => ({
  channel,
  account,
  capabilities: { buttons: true, textLength: rules.channels[channel].longestText, ratePerSecond: 20 },
  window: null,
  ...rest,
})

export const ZALO_WINDOW = { freeHours: 48, talkHours: 7 * 24, templateDays: 365 }

export const broadcasting: Broadcasting = {
  rules,
  lanes: [
    lane('telegram', 'bot'),
    lane('zalo', 'oa', { window: ZALO_WINDOW }),
    lane('web', 'web', {
      capabilities: { buttons: true, textLength: 20_000, ratePerSecond: Number.POSITIVE_INFINITY },
    }),
  ],
}

/** With other rules where a test needs them. */
export function services(sql: Sql, changed: Partial<Broadcasting['rules']> = {}): BroadcastServices {
  return { ...desk, sql, eligibility, broadcasting: { ...broadcasting, rules: { ...rules, ...changed } } }
}

export interface PersonOptions {
  channel?: string
  account?: string
  commune?: string | null
  consented?: boolean
  stopped?: 'information' | 'all'
  unreachable?: boolean
  topics?: readonly string[]
  /** What they said of their household, and ages of its members. */
  said?: Record<string, string | number | boolean>
  ages?: readonly number[]
  personId?: string
  at?: Date
}

/** Somebody who consented and lives in ward Phố Hiến, on Telegram. */
export async function aPerson(sql: Sql, options: PersonOptions = {}): Promise<string> {
  const { key, sealed } = desk.secrets.newPersonKey()
  const id = newId()
  const { at = MONDAY } = options
  await drizzleOn(sql)
    .insert(contacts)
    .values({
      id,
      channel: options.channel ?? 'telegram',
      account: options.account ?? (options.channel === 'zalo' ? 'oa' : options.channel === 'web' ? 'web' : 'bot'),
      addressHash: desk.secrets.keyedHash('address', id),
      sealedAddress: seal(key, Buffer.from(id)),
      sealedKey: sealed,
      communeCode: options.commune === undefined ? COMMUNE : options.commune,
      consentAt: options.consented === false ? null : at,
      informationStoppedAt: options.stopped === 'information' ? at : null,
      allStoppedAt: options.stopped === 'all' ? at : null,
      unreachableAt: options.unreachable ? at : null,
      personId: options.personId ?? null,
      createdAt: at,
    })
  for (const topic of options.topics ?? []) {
    await sql`insert into subscriptions (contact_id, topic, since) values (${id}, ${topic}, ${at})`
  }
  if (options.said !== undefined || options.ages !== undefined) {
    const profile = aProfile(options.said ?? {}, options.ages ?? [])
    await sql.begin((tx) => storeProfile(tx, { id, key }, profile, at))
  }
  return id
}

function aProfile(said: Record<string, string | number | boolean>, ages: readonly number[]): Profile {
  const kept = (values: Record<string, string | number | boolean>): KeptFacts =>
    Object.fromEntries(
      Object.entries(values).map(([id, value]) => [
        id,
        { value, source: 'said' as const, day: '2026-11-23', expires: '2027-11-23' },
      ]),
    )
  const members = ages.map((age, index) => ({
    id: index === 0 ? 'self' : `m${index}`,
    label: '',
    facts: kept({ age }),
  }))
  return { ...EMPTY_PROFILE, household: kept(said), members }
}

/** A duty message to everybody, unless told otherwise. */
export function aContent(changed: Record<string, unknown> = {}): BroadcastContent {
  return contentSchema.parse({
    kind: 'duty',
    topic: 'health_insurance',
    texts: { vi: { text: 'Thẻ bảo hiểm y tế năm 2027 được cấp từ ngày 1 tháng 12.' } },
    audience: {},
    ...changed,
  })
}

/** A draft of this editor. */
export async function aDraft(
  on: BroadcastServices,
  editor: Officer,
  changed: Record<string, unknown> = {},
): Promise<Broadcast> {
  const outcome = await createDraft(on, editor, { content: aContent(changed) }, MONDAY)
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.broadcast
}
