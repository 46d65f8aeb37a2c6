/**
 * How well free text is understood, and how fast. Run with `node bench/understanding.ts`.
 *
 * Three ways are compared: the nearest known phrases, a linear classifier on words, one on letters, and mixes. The
 * product is taught by `topics.yaml` alone: development lines and held-out lines are texts unseen. Cross-validation shows
 * what is left to learn: of the phrases, each fifth is judged by a classifier taught without it (hard: a phrase that
 * repeats no other is among them); of the development lines, each fifth of the families by one taught with the phrases
 * and the other families. A family is a line with all that is derived from it; it is never torn apart. The second
 * held-out set was written before the phrases of its day and judged without a look at its failures: it is the estimate.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Classifier,
  createClassifier,
  SETTINGS,
  type Settings,
  teachTopics,
} from '../src/understanding/classifier.ts'
import { decide } from '../src/understanding/decide.ts'
import { normalise } from '../src/understanding/normalise.ts'
import { readUnderstanding } from '../src/understanding/read-topics.ts'
import { doorLabel, type Example, examplesOf, readTopicsFile, topicOfLabel } from '../src/understanding/topics-file.ts'

interface Line {
  text: string
  topic: string
  family: string
}
interface Judged extends Line {
  topics: { id: string; score: number }[]
  familiarity: number
}

const root = join(import.meta.dirname, '..')
const FOLDS = 5

const read = readTopicsFile(join(root, 'flows'))
if ('faults' in read) throw new Error(JSON.stringify(read.faults))
const file = read.value
const phrases = examplesOf(file)
const development = lines('test/cases/utterances.jsonl')
const heldOut = lines('test/understanding/held-out.jsonl')
const second = lines('test/understanding/held-out-2.jsonl')

const APPROACHES: Record<string, Settings> = {
  'nearest phrases': { ...SETTINGS, retrievalShare: 1, decisiveFactor: 1 },
  'linear, words': { ...SETTINGS, blocks: { w: 1, p: 1 }, retrievalShare: 0, decisiveFactor: 1 },
  'linear, letters': { ...SETTINGS, blocks: { c: 1 }, retrievalShare: 0, decisiveFactor: 1 },
  'linear, all but keywords': {
    ...SETTINGS,
    blocks: { ...SETTINGS.blocks, k: 0 },
    retrievalShare: 0,
    decisiveFactor: 1,
  },
  'linear, all': { ...SETTINGS, retrievalShare: 0, decisiveFactor: 1 },
  'linear + nearest': { ...SETTINGS, decisiveFactor: 1 },
  'linear + nearest + decisive (in use)': SETTINGS,
}

console.log('Right topic first / among three / out of scope taken as in scope, %, averaged by topic')
console.table(
  Object.fromEntries(
    Object.entries(APPROACHES).map(([name, settings]) => {
      const taught = createClassifier(file, teachTopics(file, phrases, settings), settings)
      return [
        name,
        {
          'development lines': rates(judge(taught, development)),
          'dev., 5 folds of families': rates(overFamilies(settings)),
          'held-out lines': rates(judge(taught, heldOut)),
          'second held-out': rates(judge(taught, second)),
          'phrases, 5 folds': rates(crossValidated(settings)),
        },
      ]
    }),
  ),
)

console.log('What follows (phrases by cross-validation; lines by the classifier in use), %')
const used = createClassifier(file, teachTopics(file, phrases))
console.table({
  'development lines': decisions(judge(used, development)),
  'development families': decisions(firstOfFamily(judge(used, development))),
  'development, 5 folds of families': decisions(overFamilies(SETTINGS)),
  'held-out lines': decisions(judge(used, heldOut)),
  'second held-out': decisions(judge(used, second)),
  'phrases, 5 folds': decisions(crossValidated(SETTINGS)),
})

console.log('Cost')
console.table(cost())

function lines(path: string): Line[] {
  return readFileSync(join(root, path), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ id, text, topic }) => ({ text, topic, family: String(id).split('-')[0] ?? '' }))
}

function judge(classifier: Classifier, unseen: readonly Line[]): Judged[] {
  return unseen.map((line) => {
    const words = classifier.repair(normalise(line.text).words)
    return { ...line, topics: classifier.classify(words).topics, familiarity: classifier.familiarity(words) }
  })
}

/**
 * Development lines judged by a classifier taught with the phrases and the families of the other folds. What is out of
 * scope teaches under no door.
 */
function overFamilies(settings: Settings): Judged[] {
  const families = [...new Set(development.map(({ family }) => family))]
  return Array.from({ length: FOLDS }, (_, fold) => {
    const isUnseen = ({ family }: Line) => families.indexOf(family) % FOLDS === fold
    const known = development
      .filter((line) => !isUnseen(line))
      .map(({ text, topic }): Example => ({ text, label: topic === 'out_of_scope' ? doorLabel('no_door') : topic }))
    return judge(
      createClassifier(file, teachTopics(file, [...phrases, ...known], settings), settings),
      development.filter(isUnseen),
    )
  }).flat()
}

/** Every second phrase without its diacritics, as half of the people type. */
function crossValidated(settings: Settings): Judged[] {
  return Array.from({ length: FOLDS }, (_, fold) => {
    const unseen = phrases.filter((_, at) => at % FOLDS === fold)
    const known = phrases.filter((_, at) => at % FOLDS !== fold)
    return judge(createClassifier(file, teachTopics(file, known, settings), settings), unseen.map(asTyped))
  }).flat()
}

function asTyped({ text, label }: Example, at: number): Line {
  const typed = at % 2 === 0 ? text : normalise(text).plain
  return { text: typed, topic: topicOfLabel(label), family: text }
}

function firstOfFamily(judged: readonly Judged[]): Judged[] {
  return judged.filter((line, at) => judged.findIndex((other) => other.family === line.family) === at)
}

function rates(judged: readonly Judged[]): string {
  const byTopic = Map.groupBy(judged, (line) => line.topic)
  const mean = (right: (line: Judged) => boolean) =>
    [...byTopic.values()].reduce((sum, group) => sum + share(group, right), 0) / byTopic.size
  const first = mean((line) => line.topics[0]?.id === line.topic)
  const three = mean((line) => line.topics.slice(0, 3).some(({ id }) => id === line.topic))
  const outside = judged.filter((line) => line.topic === 'out_of_scope')
  return [first, three, share(outside, (line) => isService(line.topics[0]?.id))].map(percent).join(' / ')
}

function isService(id: string | undefined): boolean {
  return id !== 'out_of_scope' && id !== 'smalltalk'
}

function decisions(judged: readonly Judged[]) {
  const services = judged.filter((line) => isService(line.topic))
  const outside = judged.filter((line) => line.topic === 'out_of_scope')
  const accepted = services.filter((line) => decide(line.topics, line.familiarity) === 'accept')
  return {
    texts: judged.length,
    'service accepted': percent(accepted.length / services.length),
    'of these rightly': percent(share(accepted, (line) => line.topics[0]?.id === line.topic)),
    'service asked back': percent(share(services, (line) => decide(line.topics, line.familiarity) === 'ask')),
    'service sent away': percent(share(services, (line) => decide(line.topics, line.familiarity) === 'out_of_scope')),
    'out of scope sent away': percent(
      share(outside, (line) => decide(line.topics, line.familiarity) === 'out_of_scope'),
    ),
    'out of scope accepted': percent(share(outside, (line) => decide(line.topics, line.familiarity) === 'accept')),
  }
}

function share(group: readonly Judged[], right: (line: Judged) => boolean): number {
  return group.length === 0 ? 0 : group.filter(right).length / group.length
}

function percent(value: number): string {
  return (100 * value).toFixed(1)
}

function cost() {
  const before = memory()
  const start = performance.now()
  const taught = readUnderstanding(join(root, 'flows'))
  const ready = performance.now() - start
  if ('faults' in taught) throw new Error('flows not readable')
  const held = memory() - before
  const times = [...development, ...heldOut].flatMap(({ text }) =>
    Array.from({ length: 10 }, () => timed(() => taught.value.understand(text))),
  )
  times.sort((one, other) => one - other)
  const long = 'tôi muốn vay vốn làm nhà vệ sinh '.repeat(320)
  return {
    'reading and teaching, ms': ready.toFixed(0),
    'one text, median ms': (times[Math.floor(times.length / 2)] ?? 0).toFixed(3),
    'one text, p99 ms': (times[Math.floor(times.length * 0.99)] ?? 0).toFixed(3),
    '10,000 characters, ms': timed(() => taught.value.understand(long)).toFixed(1),
    'memory held, MiB': (held / 2 ** 20).toFixed(1),
  }
}

function timed(act: () => unknown): number {
  const start = performance.now()
  act()
  return performance.now() - start
}

function memory(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
