/**
 * A screening as it is kept, and judged again later. It holds facts, day and a digest of the rules that judged, in an
 * order of keys that does not depend on who wrote it, so that the same screening has the same bytes. Pure.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { daySchema } from './basis.ts'
import type { Determination } from './determine.ts'
import { type Facts, parseFacts } from './facts.ts'
import { type EligibilityDefinitions, factsOf, type Programme, type ProgrammeVersion } from './programme.ts'
import { screen } from './screen.ts'

export interface StoredScreening {
  readonly day: string
  readonly facts: Facts
  /** Programme id → digest of the rules that judged it. Screenings of before these were kept have none. */
  readonly rules?: Readonly<Record<string, string>> | undefined
  readonly determinations: readonly Determination[]
}

export type Replay =
  | { kind: 'same' }
  /** Judged anew the named programmes come out otherwise, by the same rules as far as these are known. */
  | { kind: 'differs'; programmes: string[]; rulesKnown: boolean }
  /** Programmes whose rules are others now; `differing`: those of them and the rest that come out otherwise. */
  | { kind: 'rules_changed'; programmes: string[]; differing: string[] }

/** What is kept of a screening: `canonicalJson` of it is what is written. */
export function storedScreening(
  definitions: EligibilityDefinitions,
  facts: Facts,
  day: string,
  determinations: readonly Determination[],
): StoredScreening {
  const rules = determinations.map(({ programme, version }): [string, string] => [
    programme,
    rulesDigest(definitions, programme, version),
  ])
  return sorted({ day, facts, rules: Object.fromEntries(rules), determinations }) as StoredScreening
}

const storedSchema = z.looseObject({
  day: daySchema,
  facts: z.record(z.string(), z.unknown()),
  rules: z.record(z.string(), z.string()).optional(),
  determinations: z.array(z.looseObject({ programme: z.string(), version: z.string() })),
})

/**
 * Judges a kept screening anew and compares every byte of every determination. `stored` is what was read back; the day
 * of a screening that does not hold it comes from its row.
 */
export function replay(definitions: EligibilityDefinitions, stored: unknown): Replay {
  const { day, facts, rules, determinations } = storedSchema.parse(stored)
  const programmes = determinations.map((one) => one.programme)
  const parsed = parseFacts(definitions, facts)
  // A fact that is gone, or that may no longer have this value, cannot be judged by the rules of now.
  const judged = 'faults' in parsed ? [] : screen(definitions, parsed.facts, day, programmes).determinations
  const now = new Map(judged.map((one) => [one.programme, one]))
  const differing = determinations
    .filter((one) => canonicalJson(one) !== canonicalJson(now.get(one.programme) ?? null))
    .map((one) => one.programme)
  const changed = determinations
    .filter(({ programme, version }) => {
      const found = now.get(programme)
      if (found === undefined || found.version !== version) return true
      return rules !== undefined && rules[programme] !== rulesDigest(definitions, programme, version)
    })
    .map((one) => one.programme)
  if (changed.length > 0) return { kind: 'rules_changed', programmes: changed, differing }
  return differing.length === 0
    ? { kind: 'same' }
    : { kind: 'differs', programmes: differing, rulesKnown: rules !== undefined }
}

/** JSON with the keys of every object in order: equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** Digest of all that a determination follows from besides the facts and the day; texts are no part of it. */
function rulesDigest(definitions: EligibilityDefinitions, id: string, versionId: string): string {
  const programme = definitions.programmes.get(id)
  const version = programme?.versions.find((one) => one.id === versionId)
  if (programme === undefined || version === undefined) return ''
  const group = programme.exclusive
  // Which other programme is paid instead follows from the better ones of the group.
  const better = [...definitions.programmes.values()].filter(
    (other) => group !== undefined && other.exclusive?.group === group.group && other.exclusive.rank < group.rank,
  )
  const parts = [ownDigest(programme, version), ...better.flatMap((one) => one.versions.map((v) => ownDigest(one, v)))]
  return parts.length === 1 ? (parts[0] ?? '') : digestOf(parts)
}

const digests = new WeakMap<Programme, Map<string, string>>()

/** A programme never changes once it was read, so each digest is made once. */
function ownDigest(programme: Programme, version: ProgrammeVersion): string {
  const known = digests.get(programme) ?? new Map<string, string>()
  digests.set(programme, known)
  const digest = known.get(version.id) ?? digestOf(rulesOf(programme, version))
  known.set(version.id, digest)
  return digest
}

function rulesOf(programme: Programme, version: ProgrammeVersion): unknown {
  const { id, from, to, confidence, basis, criteria, papers, where, decides, time_limit } = version
  const benefit = version.benefit.map(({ key, when, amounts }) => ({ key, when, amounts }))
  const series = benefit.flatMap(({ amounts }) => amounts.flatMap((amount) => amount.of ?? []))
  const facts = [...new Set([...factsOf(version.rule), ...version.benefit.flatMap((one) => one.facts)])]
  return {
    programme: programme.id,
    kind: programme.kind,
    exclusive: programme.exclusive,
    basis: programme.basis,
    version: { id, from, to, confidence, basis, criteria, benefit, papers, where, decides, time_limit },
    amounts: series.map((name) => [name, programme.amounts.get(name)?.values]),
    // In the order of the vocabulary, by which assumptions are listed.
    facts: facts
      .flatMap((fact) => programme.facts.get(fact) ?? [])
      .toSorted((a, b) => a.order - b.order)
      .map(({ id: fact, type, values, unknownValue, min, max, assumed, derived }) => {
        return { fact, type, values, unknownValue, min, max, assumed, derived }
      }),
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url')
}
