import type { AnswerValue, Expect } from '../messaging/question.ts'
import type { UpdateBody } from '../messaging/update.ts'
import { findPlaces, type PlaceMatch } from '../territory/find-places.ts'
import type { Territory } from '../territory/territory.ts'
import { readDate } from '../understanding/dates.ts'
import { fold } from '../understanding/normalise.ts'
import { readNumber } from '../understanding/numbers.ts'
import { readYesNo } from '../understanding/yes-no.ts'

export type Reading =
  | { kind: 'answer'; value: AnswerValue }
  /** Not readable; `key` says kindly why and what would be. */
  | { kind: 'again'; key: string; values?: Record<string, unknown> }
  | { kind: 'places'; matches: PlaceMatch[] }

const TYPED_PHONE = /^(?:\+?84|0)(\d{9,10})$/

/** Reads what a person typed or sent as the answer to an open question. Buttons are matched before this. */
export function readAnswer(expect: Expect, body: UpdateBody, territory: Territory, today: string): Reading {
  if (expect.kind === 'papers') return readPaper(body)
  if (body.kind === 'phone' && expect.kind === 'phone') return readPhone(body.phone)
  if (body.kind !== 'text') return { kind: 'again', key: wrongKind(body) }
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
      const number = readNumber(text)
      if (number === null) return { kind: 'again', key: 'engine.again.number' }
      if (!Number.isInteger(number) || number < expect.min || number > expect.max) {
        return { kind: 'again', key: 'engine.again.range', values: { min: expect.min, max: expect.max } }
      }
      return { kind: 'answer', value: number }
    }
    case 'text': {
      if (text.length < expect.min) return { kind: 'again', key: 'engine.again.short' }
      if (text.length > expect.max)
        return { kind: 'again', key: 'engine.again.long', values: { max: expect.max, length: text.length } }
      return { kind: 'answer', value: text }
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

function readPhone(text: string): Reading {
  const match = TYPED_PHONE.exec(text.replace(/[\s.\-()]/g, ''))
  return match ? { kind: 'answer', value: `0${match[1]}` } : { kind: 'again', key: 'engine.again.phone' }
}

/** Papers are gathered by the step itself; here only what is no paper is turned away. */
function readPaper(body: UpdateBody): Reading {
  return { kind: 'again', key: body.kind === 'text' ? 'engine.again.papers' : wrongKind(body) }
}

/** Why something that is no text cannot be an answer here. */
export function wrongKind(body: UpdateBody): string {
  if (body.kind === 'unsupported' && body.what === 'too-large') return 'engine.again.tooLarge'
  if (body.kind !== 'file') return 'engine.again.notText'
  return body.file.media === 'voice' ? 'engine.again.voice' : 'engine.again.notText'
}

/** Whole days from one `YYYY-MM-DD` to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
}
