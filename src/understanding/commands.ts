/**
 * The words that work at every step. Only a short text that says nothing else is a command: "cán bộ" is, "cán bộ xã gây
 * khó dễ" is not. The words are in `flows/commands.yaml`, with and without diacritics, in Vietnamese and English.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import { type Fault, InvalidConfiguration } from '../errors.ts'
import { rememberRecent } from '../recent.ts'
import { LONGEST_TEXT, normalise, type Word, wordsAsTyped, wordsOfDefinition } from './normalise.ts'
import { findPattern, type Pattern, readPattern } from './pattern.ts'

export const COMMANDS = [
  'menu',
  'back',
  'cancel',
  'correct',
  'repeat',
  'officer',
  'news_off',
  'news_on',
  'news_again',
  'news',
  'stop_all',
  'stop',
  'status',
  'help',
  'language_vi',
  'language_en',
  'language',
  'start',
  'erase',
  'commune',
  'link',
  'unlink',
  'export',
] as const
export type Command = (typeof COMMANDS)[number]

export const ANSWERS = ['yes', 'no', 'unknown'] as const
export type YesNo = (typeof ANSWERS)[number]

const lines = z.string().transform((text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)
const commandsSchema = z.strictObject({
  commands: z.record(z.enum(COMMANDS), lines),
  /** Also a plain "đúng" when nobody set the marks: left to a question that expects yes or no. */
  ambiguous_at_yes_no: lines,
  politeness: z.strictObject({ before: lines, after: lines }),
  answers: z.record(z.enum(ANSWERS), z.strictObject({ alone: lines, beginning: lines.optional() })),
})

export interface CommandWords {
  commands: { command: Command; patterns: Pattern[] }[]
  ambiguousAtYesNo: ReadonlySet<string>
  before: Pattern[]
  after: Pattern[]
  answers: { answer: YesNo; alone: Pattern[]; beginning: Pattern[] }[]
}

export function readCommands(flowsDirectory: string): { value: CommandWords } | { faults: Fault[] } {
  const read = readYaml(join(flowsDirectory, 'commands.yaml'), commandsSchema)
  if ('faults' in read) return read
  const { commands, politeness, answers, ambiguous_at_yes_no } = read.value
  const whole = (phrases: readonly string[]) => phrases.map((phrase) => readPattern(`^${phrase}$`))
  return {
    value: {
      commands: COMMANDS.map((command) => ({ command, patterns: whole(commands[command]) })),
      ambiguousAtYesNo: new Set(
        ambiguous_at_yes_no.map((phrase) =>
          wordsOfDefinition(phrase)
            .map((word) => word.plain)
            .join(' '),
        ),
      ),
      before: politeness.before.map((phrase) => readPattern(`^${phrase}`)),
      after: politeness.after.map((phrase) => readPattern(`${phrase}$`)),
      answers: ANSWERS.map((answer) => ({
        answer,
        alone: whole(answers[answer].alone),
        beginning: (answers[answer].beginning ?? []).map((phrase) => readPattern(`^${phrase}`)),
      })),
    },
  }
}

let words: CommandWords | undefined

/** Read once, when first asked for; `checkUnderstanding` and the start's check read the file before a person does. */
export function commandWords(): CommandWords {
  if (words === undefined) {
    const read = readCommands(join(import.meta.dirname, '../../flows'))
    if ('faults' in read) throw new InvalidConfiguration(read.faults)
    words = read.value
  }
  return words
}

const LONGEST_COMMAND = 12

/**
 * The command that a text is, or `null`. `expectsYesNo`: the person was asked a yes-or-no question, so that "dung" typed
 * without its marks is left to mean "đúng".
 */
export function readCommand(text: string, { expectsYesNo = false }: { expectsYesNo?: boolean } = {}): Command | null {
  return readRecent(text, expectsYesNo)
}

const readRecent = rememberRecent(read, (text, expectsYesNo) => (text.length > 24 ? null : `${expectsYesNo} ${text}`))

function read(text: string, expectsYesNo: boolean): Command | null {
  const known = commandWords()
  const slash = /^\s*\/([a-z_]{2,20})(?:@\w+)?(?:\s|$)/i.exec(text.slice(0, 100))
  if (slash) return slashCommand(slash[1]?.toLowerCase() ?? '')
  if (text.length > LONGEST_TEXT) return null
  // As typed first: `help` is a command here, elsewhere it is short for "giúp".
  for (const typed of [wordsAsTyped(text), normalise(text).words]) {
    if (typed.length === 0 || typed.length > LONGEST_COMMAND) continue
    for (const candidate of withoutPoliteness(typed, known)) {
      if (expectsYesNo && isAmbiguous(candidate, known)) continue
      const found = known.commands.find(({ patterns }) => patterns.some((pattern) => findPattern(pattern, candidate)))
      if (found) return found.command
    }
  }
  return null
}

const SLASH: Readonly<Record<string, Command>> = {
  trogiup: 'help',
  huongdan: 'help',
  canbo: 'officer',
  tin: 'news',
  nhantin: 'news',
  dung: 'stop',
  dungtatca: 'stop_all',
  hoso: 'status',
  quaylai: 'back',
  huy: 'cancel',
  ngonngu: 'language',
  batdau: 'start',
  xoa: 'erase',
  lienket: 'link',
  huylienket: 'unlink',
  xuatdulieu: 'export',
  doixa: 'commune',
  doiphuong: 'commune',
  sua: 'correct',
  settings: 'language',
  vi: 'language_vi',
  en: 'language_en',
  delete: 'erase',
  human: 'officer',
  unsubscribe: 'stop',
  nhaclai: 'repeat',
}

function slashCommand(name: string): Command | null {
  const direct = COMMANDS.find((command) => command === name || command.replace('_', '') === name)
  return direct ?? (Object.hasOwn(SLASH, name) ? (SLASH[name] ?? null) : null)
}

function isAmbiguous(candidate: readonly Word[], known: CommandWords): boolean {
  const unmarked = candidate.every((word) => word.marks === null)
  return unmarked && known.ambiguousAtYesNo.has(candidate.map((word) => word.plain).join(' '))
}

/** The text itself first, then with polite words taken from its ends. */
export function withoutPoliteness(typed: readonly Word[], known: CommandWords): (readonly Word[])[] {
  const candidates: (readonly Word[])[] = [typed]
  let rest = typed
  for (let round = 0; round < 4; round++) {
    const shorter = shorten(rest, known)
    if (shorter.length === rest.length || shorter.length === 0) break
    rest = shorter
    candidates.push(rest)
  }
  return candidates
}

function shorten(rest: readonly Word[], known: CommandWords): readonly Word[] {
  for (const pattern of known.after) {
    for (let from = Math.max(0, rest.length - 4); from < rest.length; from++) {
      if (from > 0 && findPattern({ ...pattern, atStart: true }, rest.slice(from)) !== null) return rest.slice(0, from)
    }
  }
  for (const pattern of known.before) {
    const found = findPattern(pattern, rest)
    if (found && found.to < rest.length) return rest.slice(found.to)
  }
  return rest
}
