/** From a new version of a programme to the households whose outcome it changes, and to a message for exactly them. */
import { localDay } from '../clock.ts'
import type { Programme } from '../eligibility/programme.ts'
import { formatDay, LANGUAGES, type Language, type Texts } from '../i18n.ts'
import { amountsOf } from '../knowledge/from-programmes.ts'
import { type Citation, versionOn } from '../knowledge/placeholders.ts'
import { wordsOfLine } from '../knowledge/words.ts'
import { type BroadcastContent, contentSchema } from './broadcast.ts'
import { FLIP_KINDS, type Flip, type FlipKind, flipsOf, kindOfHousehold, type RuleChange } from './flips.ts'
import { factsOfMembers } from './match.ts'
import { knownOf, peopleAfter } from './people.ts'
import type { BroadcastServices } from './services.ts'

/** One person, by the contact that stands for all that are joined with it. */
export interface FlippedHousehold {
  contactId: string
  kind: FlipKind
  flips: readonly Flip[]
}

const BATCH = 1_000
const JUDGED_AT_ONCE = 100

/** The households that a change concerns, in batches; only of people who consented. Nothing of them is written down. */
export async function* flippedHouseholds(
  services: BroadcastServices,
  change: RuleChange,
  { now, signal }: { now: Date; signal?: AbortSignal },
): AsyncGenerator<{ looked: number; flipped: FlippedHousehold[] }> {
  const { sql, eligibility } = services
  const today = localDay(now)
  for (let after: string | null = null; signal?.aborted !== true; ) {
    const people = await peopleAfter(sql, { after, limit: BATCH, places: null })
    const last = people.at(-1)
    if (last === undefined) return
    const consented = people.filter((person) => person.consented)
    const known = await knownOf(services, consented, today)
    const flipped: FlippedHousehold[] = []
    for (const [index, { id }] of consented.entries()) {
      // Others get a turn on this thread.
      if (index % JUDGED_AT_ONCE === JUDGED_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve))
      const theirs = known.get(id)
      if (theirs === undefined) continue
      const flips = flipsOf(eligibility, change, factsOfMembers(eligibility, theirs, today))
      const kind = kindOfHousehold(flips)
      if (kind !== null) flipped.push({ contactId: id, kind, flips })
    }
    yield { looked: consented.length, flipped }
    after = last.id
  }
}

/** Why households flip: what decided before and after, and what would help; the same reasons counted together. */
export interface FlipReason {
  kind: FlipKind
  before: { outcome: string; decidedBy: readonly string[] }
  after: { outcome: string; decidedBy: readonly string[] }
  wouldHelp: readonly string[]
  households: number
}

/** Counts alone, for the office to look at: nobody can be told from them. */
export interface FlipSummary extends RuleChange {
  looked: number
  counts: Record<FlipKind, number>
  reasons: FlipReason[]
}

export async function summariseFlips(
  services: BroadcastServices,
  change: RuleChange,
  options: { now: Date; signal?: AbortSignal },
): Promise<FlipSummary> {
  const counts = { newly_eligible: 0, amount_changed: 0, no_longer: 0, to_check: 0 } satisfies Record<FlipKind, number>
  const reasons = new Map<string, FlipReason>()
  let looked = 0
  for await (const batch of flippedHouseholds(services, change, options)) {
    looked += batch.looked
    for (const household of batch.flipped) {
      counts[household.kind] += 1
      countReason(reasons, household)
    }
  }
  const byCount = [...reasons.values()].toSorted((a, b) => b.households - a.households)
  return { ...change, looked, counts, reasons: byCount }
}

function countReason(reasons: Map<string, FlipReason>, { kind, flips }: FlippedHousehold): void {
  const flip = flips.find((one) => one.kind === kind)
  if (flip === undefined) return
  const { before, after, wouldHelp } = flip
  const told = {
    kind,
    before: { outcome: before.outcome, decidedBy: before.decidedBy },
    after: { outcome: after.outcome, decidedBy: after.decidedBy },
    wouldHelp,
  }
  const name = JSON.stringify(told)
  const known = reasons.get(name)
  if (known === undefined) reasons.set(name, { ...told, households: 1 })
  else known.households += 1
}

/**
 * A message to exactly the households that flip this way, for an editor to finish. It names an amount only where one is
 * verified for that day, with the documents that say so. Null: no such programme.
 */
export function draftForFlip(
  { eligibility, texts }: { eligibility: BroadcastServices['eligibility']; texts: Texts },
  { programme: id, day }: RuleChange,
  kind: FlipKind,
): BroadcastContent | null {
  const programme = eligibility.programmes.get(id)
  if (programme === undefined) return null
  const textIn = (language: Language) => ({ text: wordsFor(texts, language, programme, day, kind) })
  return contentSchema.parse({
    kind: 'duty',
    topic: programme.topic,
    texts: Object.fromEntries(LANGUAGES.map((language) => [language, textIn(language)])),
    buttons: [{ opens: 'programme', id }],
    audience: { flip: { programme: id, day, kinds: [kind] } },
  })
}

/** A draft for each way in which somebody flips. */
export function draftsFor(
  definitions: { eligibility: BroadcastServices['eligibility']; texts: Texts },
  { counts, programme, day }: FlipSummary,
): { kind: FlipKind; households: number; content: BroadcastContent }[] {
  return FLIP_KINDS.flatMap((kind) => {
    const content = counts[kind] === 0 ? null : draftForFlip(definitions, { programme, day }, kind)
    return content === null ? [] : [{ kind, households: counts[kind], content }]
  })
}

function wordsFor(texts: Texts, language: Language, programme: Programme, day: string, kind: FlipKind): string {
  const say = (key: string, values: Record<string, string> = {}) => texts.text(language, `news.rule.${key}`, values)
  const name = texts.text(language, `programmes.${programme.id}.name`)
  const isOver = kind === 'no_longer' && versionOn(programme, day) === undefined
  const told = kind === 'newly_eligible' || kind === 'amount_changed' ? amountsOf([programme], day) : null
  const amounts = (told?.blocks ?? []).flat().map((line) => wordsOfLine(texts, language, line))
  const basis = sources(isOver ? [] : basisOn(programme, day, told?.basis ?? []))
  const documents = basis.map(({ document, article }) =>
    article === null ? document : say('place', { document, article }),
  )
  return [
    say('begins', { day: formatDay(day), name }),
    say(isOver ? 'over' : kind),
    ...(amounts.length === 0 ? [] : [[say('amounts'), ...amounts].join('\n')]),
    ...(documents.length === 0 ? [] : [say('basis', { documents: documents.join('; ') })]),
    say('ask'),
  ].join('\n\n')
}

/** Of the amounts where some are told, else of the version. */
function basisOn(programme: Programme, day: string, told: readonly Citation[]): readonly Citation[] {
  if (told.length > 0) return told
  return (versionOn(programme, day)?.basis ?? []).flatMap((key) => {
    const basis = programme.basis[key]
    return basis === undefined ? [] : [{ ...basis, article: basis.article ?? null }]
  })
}

function sources(basis: readonly Citation[]): Citation[] {
  const verified = basis.filter(({ confidence }) => confidence !== 'unverified')
  return [...new Map(verified.map((one) => [`${one.document}\0${one.article}`, one])).values()]
}
