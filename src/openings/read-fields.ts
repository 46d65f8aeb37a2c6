import { z } from 'zod'
import { LANGUAGES, type Texts } from '../i18n.ts'
import { readWritten } from '../spreadsheet/dates.ts'
import { tidy } from '../spreadsheet/words.ts'
import { communesToday } from '../territory/communes-today.ts'
import { foldName } from '../territory/fold-name.ts'
import type { Territory } from '../territory/territory.ts'
import { foldWords } from './fitting.ts'
import { AREAS, KINDS, type OpeningFacts, PAY_UNITS, TRADES, type Trade } from './opening.ts'
import { tradesIn, tradeWords } from './wish.ts'

/** One opening as a form or a line of a file has it; every field in words. */
export const FIELDS = [
  'kind',
  'own_number',
  'title',
  'trade',
  'offered_by',
  'area',
  'commune',
  'pay_words',
  'pay_from',
  'pay_to',
  'pay_unit',
  'seats',
  'requirements',
  'starts_on',
  'apply_by',
  'contact',
] as const
export type Field = (typeof FIELDS)[number]
export type Fields = Partial<Record<Field, string>>

/** Why a field cannot be taken; texts: `openings.fault.<key>`. */
export interface FieldFault {
  field: Field
  key: string
  values?: Record<string, unknown>
}

const LONGEST: Partial<Record<Field, number>> = {
  own_number: 40,
  title: 120,
  offered_by: 120,
  pay_words: 120,
  requirements: 500,
  contact: 200,
}
const NEEDED: readonly Field[] = ['own_number', 'title', 'offered_by', 'contact']
const MOST_SEATS = 10_000
const MOST_PAY = 10_000_000_000

/**
 * Reads the fields of one opening; choices by their id or by their words in any language, days as people write them,
 * amounts with or without dots. `today`: what can no longer be applied for is refused.
 */
export function readFields(
  given: Fields,
  { texts, territory, today }: { texts: Texts; territory: Territory; today: string },
): { facts: OpeningFacts } | { faults: FieldFault[] } {
  const faults: FieldFault[] = []
  const fault = (field: Field, key: string, values?: Record<string, unknown>): null => {
    faults.push({ field, key, ...(values && { values }) })
    return null
  }
  const words = (field: Field): string | null => {
    const text = tidy(given[field] ?? '')
    const max = LONGEST[field] ?? 200
    if (text.length > max) return fault(field, 'tooLong', { max })
    if (text === '') return NEEDED.includes(field) ? fault(field, 'missing') : null
    return text
  }
  const choice = <Id extends string>(
    field: Field,
    ids: readonly Id[],
    group: string,
    otherwise: Id | null,
  ): Id | null => {
    const text = tidy(given[field] ?? '')
    if (text === '') return otherwise ?? fault(field, 'missing')
    const folded = foldWords(text)
    const named = ids.find(
      (id) =>
        id === text ||
        LANGUAGES.some((language) => foldWords(texts.text(language, `openings.${group}.${id}`)) === folded),
    )
    return named ?? fault(field, 'choice')
  }
  const amount = (field: Field, max: number): number | null => {
    const text = tidy(given[field] ?? '').replace(/\s*(?:đ|đồng|vnd)$/iu, '')
    if (text === '') return null
    const plain = text.replace(/[.,\s](?=\d{3}(?:\D|$))/g, '')
    const value = /^\d{1,14}$/.test(plain) ? Number(plain) : Number.NaN
    return Number.isSafeInteger(value) && value <= max ? value : fault(field, 'number')
  }
  const day = (field: Field): string | null => {
    const text = tidy(given[field] ?? '')
    if (text === '') return null
    const read = readWritten(text)
    if (typeof read === 'string' || read.month === undefined || read.day === undefined) return fault(field, 'day')
    const iso = `${read.year}-${String(read.month).padStart(2, '0')}-${String(read.day).padStart(2, '0')}`
    return z.iso.date().safeParse(iso).success ? iso : fault(field, 'day')
  }

  const communeWords = tidy(given.commune ?? '')
  const communeCode = communeWords === '' ? null : (communeOf(territory, communeWords) ?? fault('commune', 'commune'))
  const area = choice('area', AREAS, 'area', communeWords === '' ? 'province' : 'commune')
  if (area === 'commune' && communeWords === '') fault('commune', 'missing')
  if (area !== null && area !== 'commune' && communeWords !== '') fault('area', 'area')
  const payFrom = amount('pay_from', MOST_PAY)
  const payTo = amount('pay_to', MOST_PAY)
  if (payFrom !== null && payTo !== null && payTo < payFrom) fault('pay_to', 'payRange')
  const hasAmount = payFrom !== null || payTo !== null
  const payUnit = tidy(given.pay_unit ?? '') === '' ? null : choice('pay_unit', PAY_UNITS, 'payUnit', null)
  if (hasAmount && tidy(given.pay_unit ?? '') === '') fault('pay_unit', 'payUnit')
  const seats = tidy(given.seats ?? '') === '' ? fault('seats', 'missing') : amount('seats', Number.MAX_SAFE_INTEGER)
  if (seats !== null && (seats < 1 || seats > MOST_SEATS)) fault('seats', 'seats')
  const applyBy = tidy(given.apply_by ?? '') === '' ? fault('apply_by', 'missing') : day('apply_by')
  if (applyBy !== null && applyBy < today) fault('apply_by', 'past')
  const kind = choice('kind', KINDS, 'kind', null)
  const facts = {
    kind,
    trade: tradeOf(texts, given),
    area,
    ownNumber: words('own_number'),
    title: words('title'),
    offeredBy: words('offered_by'),
    communeCode,
    payWords: words('pay_words'),
    payFrom,
    payTo,
    payUnit: hasAmount ? payUnit : null,
    seats,
    requirements: words('requirements'),
    startsOn: day('starts_on'),
    applyBy,
    contact: words('contact'),
  }
  return faults.length > 0 ? { faults } : { facts: facts as OpeningFacts }
}

/** By its id, by words that name one, or else by the title; what has no name here is another trade. */
function tradeOf(texts: Texts, { trade = '', title = '' }: Fields): Trade {
  const exact = TRADES.find((id) => id === tidy(trade))
  const [named] = [trade, ...(tidy(trade) === '' ? [title] : [])].flatMap((text) => tradesIn(tradeWords(texts), text))
  return exact ?? named ?? 'other'
}

function communeOf(territory: Territory, words: string): string | null {
  const folded = foldName(words).replace(/^(?:xa|phuong|thi tran) /, '')
  const found = communesToday(territory).filter(
    (place) =>
      place.code === words ||
      foldName(place.name) === folded ||
      foldName(`${place.type} ${place.name}`) === foldName(words),
  )
  const [only] = found
  return found.length === 1 && only !== undefined ? only.code : null
}

/** What is kept, as a form shows it. */
export function fieldsOf(facts: OpeningFacts): Record<Field, string> {
  const text = (value: string | number | null) => (value === null ? '' : String(value))
  return {
    kind: facts.kind,
    own_number: facts.ownNumber,
    title: facts.title,
    trade: facts.trade,
    offered_by: facts.offeredBy,
    area: facts.area,
    commune: text(facts.communeCode),
    pay_words: text(facts.payWords),
    pay_from: text(facts.payFrom),
    pay_to: text(facts.payTo),
    pay_unit: text(facts.payUnit),
    seats: text(facts.seats),
    requirements: text(facts.requirements),
    starts_on: text(facts.startsOn),
    apply_by: facts.applyBy,
    contact: facts.contact,
  }
}

/** Whether two say the same. */
export function isSameOpening(one: OpeningFacts, other: OpeningFacts): boolean {
  const [left, right] = [fieldsOf(one), fieldsOf(other)]
  return FIELDS.every((field) => left[field] === right[field])
}
