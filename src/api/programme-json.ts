import { z } from 'zod'
import { type Criteria, leavesOf } from '../eligibility/criteria.ts'
import type { Programme, ProgrammeVersion } from '../eligibility/programme.ts'
import { LANGUAGES, type Texts } from '../i18n.ts'
import { basisSchema, citation, lastDayOrNull } from './citation.ts'

const bothLanguages = z.object({ vi: z.string(), en: z.string() })
export type BothLanguages = z.output<typeof bothLanguages>

const criterionSchema = z.object({
  id: z.string(),
  fact: z.string(),
  is: z.unknown().optional(),
  in: z.array(z.unknown()).optional(),
  at_least: z.number().optional(),
  at_most: z.number().optional(),
  above: z.number().optional(),
  below: z.number().optional(),
  negated: z.boolean().describe('it is met when the comparison does not hold'),
  confidence: z.string().describe('unverified: an officer confirms it'),
  basis: z.array(basisSchema).min(1),
})

const versionSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string().nullable(),
  open_ended: z.boolean().describe('no end is known; an officer confirms that it still holds'),
  confidence: z.string(),
  criteria: z.array(criterionSchema).describe('each single criterion, in the order in which it was written'),
  rule: z.unknown().describe('how they are put together: an id of a criterion, {all}, {any} or {not}'),
  basis: z.array(basisSchema).min(1),
})

export const programmeSchema = z.object({
  id: z.string(),
  kind: z.string(),
  subject: z.enum(['household', 'person']),
  topic: z.string(),
  name: bothLanguages,
  related: z.array(z.string()).describe('programmes to look at when this one is refused or has ended'),
  versions: z.array(versionSchema).min(1).describe('oldest first'),
})
type ProgrammeJson = z.output<typeof programmeSchema>

export function programmeJson(texts: Texts, programme: Programme): ProgrammeJson {
  const { id, kind, subject, topic, related } = programme
  return {
    id,
    kind,
    subject: subject === 'h' ? 'household' : 'person',
    topic,
    name: textsOf(texts, [`programmes.${id}.name`], id),
    related,
    versions: programme.versions.map((version) => versionJson(programme, version)),
  }
}

/** The first key that has a text, in each language; `otherwise` when none has. */
export function textsOf(texts: Texts, keys: readonly string[], otherwise: string): BothLanguages {
  const key = keys.find((candidate) => texts.has('vi', candidate))
  const [vi, en] = LANGUAGES.map((language) => {
    if (key === undefined) return otherwise
    return texts.text(texts.has(language, key) ? language : 'vi', key)
  })
  return { vi: vi ?? otherwise, en: en ?? otherwise }
}

function versionJson(programme: Programme, version: ProgrammeVersion): ProgrammeJson['versions'][number] {
  const { id, from, to, confidence } = version
  const basisOf = (keys: readonly string[]) => keys.flatMap((key) => programme.basis[key] ?? []).map(citation)
  const confidences = confidencesOf(version.criteria)
  return {
    id,
    from,
    to: lastDayOrNull(to),
    open_ended: to === 'open',
    confidence,
    criteria: leavesOf(version.rule).map((leaf) => {
      const { fact, is, in: members, atLeast, atMost, above, below } = leaf.test
      return {
        id: leaf.id,
        fact,
        ...(is === undefined ? {} : { is }),
        ...(members === undefined ? {} : { in: members }),
        ...(atLeast === undefined ? {} : { at_least: atLeast }),
        ...(atMost === undefined ? {} : { at_most: atMost }),
        ...(above === undefined ? {} : { above }),
        ...(below === undefined ? {} : { below }),
        negated: leaf.negated,
        confidence: confidences.get(leaf.id) ?? confidence,
        basis: basisOf(leaf.basis === undefined ? version.basis : [leaf.basis]),
      }
    }),
    rule: shapeOf(version.criteria),
    basis: basisOf(version.basis),
  }
}

function confidencesOf(criteria: Criteria): Map<string, string> {
  if ('fact' in criteria) return new Map(criteria.confidence === undefined ? [] : [[criteria.id, criteria.confidence]])
  return new Map(partsOf(criteria).flatMap((part) => [...confidencesOf(part)]))
}

/** The tree with ids in place of the criteria. */
function shapeOf(criteria: Criteria): unknown {
  if ('fact' in criteria) return criteria.id
  if ('not' in criteria) return { not: shapeOf(criteria.not) }
  const office = criteria.officer === true ? { officer: true } : {}
  const parts = partsOf(criteria).map(shapeOf)
  return 'all' in criteria ? { all: parts, ...office } : { any: parts, ...office }
}

function partsOf(criteria: Exclude<Criteria, { fact: string }>): Criteria[] {
  if ('not' in criteria) return [criteria.not]
  return 'all' in criteria ? criteria.all : criteria.any
}
