import type { AnswerValue, Expect } from '../messaging/question.ts'
import type { UpdateBody } from '../messaging/update.ts'
import { findPlaces, type PlaceMatch } from '../territory/find-places.ts'
import type { Territory } from '../territory/territory.ts'
import { readDate } from '../understanding/dates.ts'
import { fold } from '../understanding/normalise.ts'
import { readNumber } from '../understanding/numbers.ts'
import { readYesNo } from '../understanding/yes-no.ts'

export type Reading =
  /** `note`: said with the next question. */
  | { kind: 'answer'; value: AnswerValue; note?: { key: string } }
  /** Not readable; `key` says kindly why and what would be. */
  | { kind: 'again'; key: string; values?: Record<string, unknown> }
  | { kind: 'places'; matches: PlaceMatch[] }

const TYPED_PHONE = /^(?:\+?84|0)(\d{9,10})$/

/** Reads what a person typed or sent as the answer to an open question. Buttons are matched before this. */
export function readAnswer(expect: Expect, body: UpdateBody, territory: Territory, today: string): Reading {
  if (expect.kind === 'papers') return readPaper(body)
  if (body.kind === 'phone' && expect.kind === 'phone') return readSharedPhone(body.phone, body.own)
  if (body.kind !== 'text') return { kind: 'again', key: unreadable(body) }
  const text = body.text.trim()
  switch (expect.kind) {
    case 'option':
      return { kind: 'again', key: 'engine.again.option' }
    case 'yesNo': {
      const answer = readYesNo(text)
      if (answer === null) return { kind: 'again', key: 'engine.again.yesNo' }
      return { kind: 'answer', value: answer === 'unknown' ? null : answer === 'yes' }
    }
    case 'number': {
      const number =
        (expect.max >= OLDEST_CHILD && expect.max <= OLDEST ? readBirthYear(text, today) : null) ?? readNumber(text)
      if (number === null) return { kind: 'again', key: 'engine.again.number' }
      if (!Number.isInteger(number) || number < expect.min || number > expect.max) {
        return { kind: 'again', key: 'engine.again.range', values: { min: expect.min, max: expect.max } }
      }
      return { kind: 'answer', value: number }
    }
    case 'name':
    case 'text': {
      if (text.length < expect.min) return { kind: 'again', key: 'engine.again.short' }
      if (text.length <= expect.max) return { kind: 'answer', value: text }
      return { kind: 'answer', value: beginningOf(text, expect.max), note: { key: 'engine.shortened' } }
    }
    case 'phone':
      return readPhone(text)
    case 'date': {
      const day = readDate(text, today)
      if (day === null) return { kind: 'again', key: 'engine.again.date' }
      const distance = daysBetween(today, day)
      if (distance < expect.earliest || distance > expect.latest)
        return { kind: 'again', key: 'engine.again.dateRange' }
      return { kind: 'answer', value: day }
    }
    case 'commune': {
      const matches = findPlaces(territory, text)
      if (matches.length === 0) return { kind: 'again', key: 'engine.again.commune' }
      const district = onlyDistrict(matches, text)
      if (district !== null) return { kind: 'again', key: 'engine.again.district', values: { name: district } }
      const [first] = matches
      const sure =
        matches.length === 1 &&
        first &&
        first.via === null &&
        fold(first.place.name) === fold(text.replace(/^(xã|phường|xa|phuong|x\.|p\.)\s+/i, ''))
      return sure ? { kind: 'answer', value: first.place.code } : { kind: 'places', matches }
    }
    default:
      return expect satisfies never
  }
}

/** Ages are asked up to these; a number with other bounds is no age. */
const OLDEST_CHILD = 60
const OLDEST = 120
const BORN =
  /(?:^|\s)(?:sn|sinh nam|nam sinh|sinh ngay|sinh|born in|born)[\s:]*(?:\d{1,2}[/.-]){0,2}(\d{4}|\d{2})(?!\d)/
const FULL_YEAR = /^\D*(?:\d{1,2}[/.-]){0,2}((?:19|20)\d{2})\D*$/

/** The age of somebody who said when they were born: "1950", "sinh năm 1950", "sn 60". */
function readBirthYear(text: string, today: string): number | null {
  const folded = fold(text)
  const typed = (BORN.exec(folded) ?? FULL_YEAR.exec(folded))?.[1]
  if (typed === undefined) return null
  const now = Number(today.slice(0, 4))
  const short = Number(typed)
  const year = typed.length === 4 ? short : short > now % 100 ? 1900 + short : 2000 + short
  return year >= 1900 && year <= now ? now - year : null
}

/** As much of a text as fits, up to a word's end. */
function beginningOf(text: string, most: number): string {
  const cut = text.slice(0, most)
  const end = cut.lastIndexOf(' ')
  return (end > most / 2 ? cut.slice(0, end) : cut).trim().toWellFormed()
}

/** The former district that was named instead of a commune; null when it leads to one place. */
function onlyDistrict(matches: readonly PlaceMatch[], text: string): string | null {
  if (matches.length < 2 || !matches.every((match) => match.via === null && match.needsVillage)) return null
  const typed = fold(text)
  const districts = matches.flatMap((match) => match.place.district?.split('; ') ?? [])
  return districts.find((district) => typed.includes(fold(bareName(district)))) ?? districts[0] ?? null
}

function bareName(district: string): string {
  return district.replace(/^(?:huyện|thị xã|thành phố)\s+/i, '')
}

function readPhone(text: string): Reading {
  const match = TYPED_PHONE.exec(text.replace(/[\s.\-()]/g, ''))
  return match ? { kind: 'answer', value: `0${match[1]}` } : { kind: 'again', key: 'engine.again.phone' }
}

/** Somebody else's number may well be the one to call, but it may also be the wrong one tapped. */
function readSharedPhone(phone: string, own: boolean): Reading {
  const reading = readPhone(phone)
  return reading.kind === 'answer' && !own ? { ...reading, note: { key: 'engine.otherPhone' } } : reading
}

/** Papers are gathered by the step itself; here only what is no paper is turned away. */
function readPaper(body: UpdateBody): Reading {
  return { kind: 'again', key: body.kind === 'text' ? 'engine.again.papers' : unreadable(body) }
}

/** Why something that is no text cannot be read where a way is to be chosen. */
export function wrongKind(body: UpdateBody): string {
  const isPhoto = body.kind === 'file' && (body.file.media === 'photo' || body.file.media === 'document')
  return isPhoto ? 'engine.again.photo' : unreadable(body)
}

/** Why something that is no text cannot be an answer. */
function unreadable(body: UpdateBody): string {
  if (body.kind === 'unsupported' && body.what === 'too-large') return 'engine.again.tooLarge'
  if (body.kind === 'unsupported' && body.what === 'wrong-type') return 'engine.again.wrongType'
  if (body.kind !== 'file') return 'engine.again.notText'
  return body.file.media === 'voice' ? 'engine.again.voice' : 'engine.again.notText'
}

/** Whole days from one `YYYY-MM-DD` to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
}
