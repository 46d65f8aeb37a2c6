/** Reads `flows/fact-phrases.yaml`: how people say facts, of whom they say them, and which words take a fact back. */
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import { type Fault, InvalidConfiguration } from '../errors.ts'
import { buildLexicon, type Lexicon } from './lexicon.ts'
import { type Word, wordsOfDefinition } from './normalise.ts'
import { type FactPhrase, type PhraseNode, placeOf, variantsOf, wordsOfPiece } from './phrase-tree.ts'

const lines = z.string().transform((text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)
const names = z.string().transform((text) => text.split(',').map((name) => name.trim()))

/** Whom a word points to. `group`: several at once, whose facts nobody can tell apart. */
export const KINDS = ['self', 'elder', 'child', 'adult', 'group', 'household', 'other', 'generic'] as const
export type Kind = (typeof KINDS)[number]

const valueSchema = z.union([z.boolean(), z.number(), z.string()])
const phrasesSchema = z.strictObject({
  people: z.array(
    z.strictObject({
      label: z.string(),
      kind: z.enum(KINDS),
      words: names,
      /**
       * Also an everyday word (when `unmarked`) or an address (`always`): a person only beside a number, "tôi" and the
       * like.
       */
      shaky: z.enum(['never', 'unmarked', 'always']).default('never'),
    }),
  ),
  possessives: names,
  /** Words beside which a shaky word is a person. */
  telling: names,
  /** Before a person who is spoken of only in passing: "nuôi", "có". */
  objects: names,
  /** Words that may stand between those of a phrase. */
  passing: names,
  /** Words that may stand between a person and what is said of them. */
  leading: names,
  facts: z.array(
    z.strictObject({
      gives: z.record(z.string(), valueSchema),
      says: lines,
      /** For `#`: plausible bounds, and what it is multiplied by. */
      from: z.number().optional(),
      to: z.number().optional(),
      times: z.number().optional(),
      /** Of whoever speaks even in a general question: when nothing comes before it but a person (`led`), or always. */
      certain: z.enum(['no', 'led', 'always']).default('no'),
      /** No passing words in between: "con liệt sĩ" is not "con tôi là liệt sĩ". */
      tight: z.boolean().default(false),
    }),
  ),
  /** Phrases that say nothing, though a shorter one inside them would. */
  nothing: lines,
  /** Words that take back what follows them; `facts`: only these. */
  stops: z.record(
    z.string(),
    z.strictObject({
      words: lines,
      facts: z.array(z.string()).optional(),
      except: z.array(z.string()).optional(),
      /** How many words before the phrase are looked at; the whole clause or sentence else. */
      within: z.union([z.number(), z.literal('clause'), z.literal('sentence')]),
      /** Words that end the stop. */
      until: lines.optional(),
    }),
  ),
  after: z.array(z.strictObject({ words: lines, facts: z.array(z.string()).optional() })),
  /** A text that ends in these only asks; `asking` must be among them. */
  particles: names,
  asking: names,
  questions: lines,
})

const definitionsSchema = z.object({
  facts: z.record(
    z.string(),
    z.object({
      type: z.enum(['bool', 'int', 'enum', 'text']),
      values: z.array(z.string()).optional(),
      min: z.number().optional(),
      max: z.number().optional(),
      subject: z.enum(['h', 'p']),
    }),
  ),
})
export type FactKind = z.output<typeof definitionsSchema>['facts'][string]

export interface Person {
  label: string
  kind: Kind
  words: readonly Word[]
  shaky: 'never' | 'unmarked' | 'always'
}

export interface Stop {
  words: readonly (readonly Word[])[]
  facts: ReadonlySet<string> | null
  except: ReadonlySet<string>
  within: number | 'clause' | 'sentence'
  until: readonly (readonly Word[])[]
}

export interface FactPhrases {
  phrases: PhraseNode
  people: ReadonlyMap<string, readonly Person[]>
  possessives: ReadonlySet<string>
  telling: ReadonlySet<string>
  objects: readonly (readonly Word[])[]
  passing: ReadonlySet<string>
  leading: ReadonlySet<string>
  stops: readonly Stop[]
  after: readonly { words: readonly (readonly Word[])[]; facts: ReadonlySet<string> | null }[]
  particles: ReadonlySet<string>
  asking: ReadonlySet<string>
  questions: readonly (readonly Word[])[]
  definitions: ReadonlyMap<string, FactKind>
  /** All words of the file, to put right what is misspelt by ear. */
  lexicon: Lexicon
}

/** Values that are read off the number in a phrase. */
export const FROM_NUMBER = ['#', '#grade', '#birth', '#months'] as const

export function readFactPhrases(flowsDirectory: string): { value: FactPhrases } | { faults: Fault[] } {
  const file = join(flowsDirectory, 'fact-phrases.yaml')
  const read = readYaml(file, phrasesSchema)
  const facts = readYaml(join(flowsDirectory, 'facts.yaml'), definitionsSchema)
  if ('faults' in read) return read
  if ('faults' in facts) return facts
  const definitions = new Map(Object.entries(facts.value.facts))
  const faults = read.value.facts.flatMap(({ gives }) =>
    Object.entries(gives).flatMap(([fact, value]) => {
      const what = faultOf(definitions.get(fact), value)
      return what === undefined ? [] : [{ where: `flows/fact-phrases.yaml: ${fact}`, what }]
    }),
  )
  return faults.length > 0 ? { faults } : { value: indexed(read.value, definitions) }
}

function faultOf(definition: FactKind | undefined, value: boolean | number | string): string | undefined {
  if (definition === undefined) return 'there is no fact of this name in facts.yaml'
  if (FROM_NUMBER.some((form) => form === value)) return undefined
  return isAllowed(definition, value) ? undefined : `${String(value)} is no value of this fact`
}

export function isAllowed(definition: FactKind, value: boolean | number | string): boolean {
  if (definition.type === 'bool') return typeof value === 'boolean'
  if (definition.type === 'enum') return typeof value === 'string' && (definition.values ?? []).includes(value)
  if (definition.type === 'text') return typeof value === 'string' && value.length <= 500
  if (typeof value !== 'number' || !Number.isInteger(value)) return false
  return value >= (definition.min ?? -Infinity) && value <= (definition.max ?? Infinity)
}

type File = z.output<typeof phrasesSchema>

function indexed(file: File, definitions: ReadonlyMap<string, FactKind>): FactPhrases {
  const phrases: PhraseNode = { next: new Map(), ends: [] }
  const add = (
    says: readonly string[],
    phrase: Pick<FactPhrase, 'gives' | 'from' | 'to' | 'times' | 'certain' | 'tight'>,
  ) => {
    for (const text of says.flatMap(variantsOf)) {
      const pieces: string[] = text.match(/#|[^#$!\s]+/g) ?? []
      const parts = pieces.flatMap((piece): (Word | '#')[] => (piece === '#' ? [piece] : wordsOfPiece(piece)))
      if (parts.length === 0) continue
      const end = { atEnd: text.endsWith('$'), asWritten: text.startsWith('!') }
      placeOf(phrases, parts).ends.push({ ...phrase, ...end, size: parts.length, hasNumber: parts.includes('#') })
    }
  }
  for (const { gives, says, from = 0, to = Infinity, times = 1, certain, tight } of file.facts) {
    add(says, { gives: Object.entries(gives), from, to, times, certain, tight })
  }
  add(file.nothing, { gives: [], from: 0, to: Infinity, times: 1, certain: 'no', tight: false })
  const people = new Map<string, Person[]>()
  for (const { label, kind, words, shaky } of file.people) {
    for (const name of words.flatMap(variantsOf)) {
      const parts = wordsOfDefinition(name)
      const key = parts[0]?.plain ?? ''
      const same = people.get(key) ?? []
      same.push({ label, kind, words: parts, shaky })
      people.set(key, same)
    }
  }
  const known = [
    ...[...file.facts.flatMap(({ says }) => says), ...file.nothing].map((line) => wordsOfDefinition(line)),
    ...[...people.values()].flat().map(({ words }) => words),
    ...wordsOf([...file.passing, ...file.particles, ...file.possessives, ...file.objects]),
    ...wordsOf(Object.values(file.stops).flatMap((stop) => [...stop.words, ...(stop.until ?? [])])),
    ...wordsOf(file.questions),
    ...wordsOf(NUMBER_WORDS),
  ]
  return {
    phrases,
    lexicon: buildLexicon(known),
    people: new Map([...people].map(([key, all]) => [key, all.sort((a, b) => b.words.length - a.words.length)])),
    possessives: lettersOf(file.possessives),
    telling: lettersOf(file.telling),
    objects: wordsOf(file.objects),
    passing: lettersOf(file.passing),
    leading: lettersOf(file.leading),
    stops: Object.values(file.stops).map((stop) => ({
      words: wordsOf(stop.words),
      facts: stop.facts === undefined ? null : new Set(stop.facts),
      except: new Set(stop.except ?? []),
      within: stop.within,
      until: wordsOf(stop.until ?? []),
    })),
    after: file.after.map(({ words, facts }) => ({
      words: wordsOf(words),
      facts: facts === undefined ? null : new Set(facts),
    })),
    particles: lettersOf(file.particles),
    asking: lettersOf(file.asking),
    questions: wordsOf(file.questions),
    definitions,
  }
}

const NUMBER_WORDS = 'một hai ba bốn tư năm sáu bảy tám chín mười mươi trăm linh lẻ rưỡi triệu nghìn ngàn tỷ'.split(' ')
const lettersOf = (all: readonly string[]) =>
  new Set(all.map((name) => wordsOfDefinition(name)[0]?.plain ?? '').filter((name) => name !== ''))
const wordsOf = (all: readonly string[]) => all.flatMap(variantsOf).map((text) => wordsOfDefinition(text))

let known: FactPhrases | undefined

/** Read once, when first asked for; the start's check reads the file before a person does. */
export function factPhrases(): FactPhrases {
  if (known === undefined) {
    const read = readFactPhrases(join(import.meta.dirname, '../../flows'))
    if ('faults' in read) throw new InvalidConfiguration(read.faults)
    known = read.value
  }
  return known
}
