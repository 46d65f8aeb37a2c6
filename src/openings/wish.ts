import { LANGUAGES, type Texts } from '../i18n.ts'
import { isInForce, type Place, type Territory } from '../territory/territory.ts'
import { foldWords } from './fitting.ts'
import { type OpeningKind, TRADES, type Trade, type Wish } from './opening.ts'

/** Phrases for the trades, from the words that the request for training takes; the longest first. */
export type TradeWords = readonly { trade: Trade; marked: string; plain: string }[]

const NAMED = 'requests.training.trade'
/** What is too short or too common to tell one trade from another. */
const SHORTEST_WORD = 3
const COMMON = new Set(
  'tho nghe lam viec cong nhan hoc lop khoa dao tao toi muon biet minh thu nha cac cho chua tung the job work want learn'.split(
    ' ',
  ),
)

const known = new WeakMap<Texts, TradeWords>()

export function tradeWords(texts: Texts): TradeWords {
  const ready = known.get(texts)
  if (ready !== undefined) return ready
  const phrases = (key: string) =>
    LANGUAGES.flatMap((language) => (texts.has(language, key) ? texts.text(language, key).split(',') : []))
  const words: TradeWords = TRADES.filter((trade) => trade !== 'other')
    .flatMap((trade) =>
      [`${NAMED}.words.${trade}`, `${NAMED}.options.${trade}`]
        .flatMap(phrases)
        .map((phrase) => ({ trade, marked: lowerWords(phrase), plain: foldWords(phrase) })),
    )
    .filter(({ plain }) => plain !== '')
    .toSorted((a, b) => b.plain.length - a.plain.length)
  known.set(texts, words)
  return words
}

/**
 * Trades that the words name. Of words with marks the marks count, so that "máy" is no "may"; a long phrase is not read
 * again for the short ones in it, so that "may tinh" is no sewing.
 */
export function tradesIn(words: TradeWords, text: string): Trade[] {
  const marked = lowerWords(text)
  const isMarked = marked !== foldWords(text)
  let rest = ` ${isMarked ? marked : foldWords(text)} `
  const found = new Set<Trade>()
  for (const phrase of words) {
    const looked = ` ${isMarked ? phrase.marked : phrase.plain} `
    if (!rest.includes(looked)) continue
    found.add(phrase.trade)
    rest = rest.replaceAll(looked, ' | ')
  }
  return [...found]
}

function lowerWords(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

const JOB_TOPICS: readonly string[] = ['jobs', 'work_abroad']
/** Topics whose people are shown openings. */
export const OPENING_TOPICS: readonly string[] = [...JOB_TOPICS, 'vocational_training']

export function kindOfTopic(topic: string): OpeningKind {
  return JOB_TOPICS.includes(topic) ? 'vacancy' : 'course'
}

/**
 * What somebody looks for, from the answers of a request, or from their words alone (`said`). What they can do matters
 * less than what they ask for: a cook who asks for sewing is shown sewing.
 */
export function wishOf(
  { territory, texts }: { territory: Territory; texts: Texts },
  about: {
    topic: string
    commune: string | null
    answers?: Readonly<Record<string, unknown>>
    said?: string | null
    day: string
  },
): Wish {
  const { topic, commune, answers = {}, day } = about
  const lexicon = tradeWords(texts)
  const kind = kindOfTopic(topic)
  const chosen = TRADES.find((trade) => trade === answers.trade)
  const own = [answers.trade_other, answers.skills, about.said].flatMap((one) => (typeof one === 'string' ? [one] : []))
  const named = own.flatMap((text) => tradesIn(lexicon, text))
  const trades = chosen === undefined || chosen === 'other' ? [...new Set(named)] : [chosen]
  // A trade in other words is looked for among the titles; not so the words of a whole question.
  const words = trades.length === 0 && typeof answers.trade_other === 'string' ? tellingWords(answers.trade_other) : []
  return {
    kinds: [kind],
    trades,
    words,
    commune,
    around: commune === null ? [] : communesAround(territory, commune, day),
    reach: reachOf(topic, answers),
    onlyAbroad: topic === 'work_abroad',
  }
}

function tellingWords(text: string): string[] {
  const words = foldWords(text).split(' ')
  return words.filter((word) => word.length >= SHORTEST_WORD && !COMMON.has(word))
}

function reachOf(topic: string, answers: Readonly<Record<string, unknown>>): Wish['reach'] {
  if (topic === 'work_abroad' || answers.abroad === true) return 'abroad'
  const { distance } = answers
  if (distance === 'commune') return 'commune'
  if (distance === 'nearby') return 'around'
  return distance === 'anywhere' ? 'elsewhere' : 'province'
}

/** Communes of today that share a former district with this one. */
function communesAround(territory: Territory, code: string, day: string): string[] {
  const places = territory.places.filter((place) => isInForce(place, day))
  const own = places.find((place) => place.code === code)
  if (own === undefined) return []
  const districts = districtsOf(own)
  return places
    .filter((place) => place.code !== code && districtsOf(place).some((name) => districts.includes(name)))
    .map((place) => place.code)
}

function districtsOf({ district, formerProvince }: Place): string[] {
  return (district ?? '').split('; ').flatMap((name) => (name === '' ? [] : [`${formerProvince} ${name}`]))
}
