import type { FastifyReply } from 'fastify'
import { formatDay, formatNumber } from '../i18n.ts'
import { figureOn, helpedUntil } from '../register/figures.ts'
import type { HouseholdEntry } from '../register/find-households.ts'
import type { RegisterImport } from '../register/open-import.ts'
import { communeName } from './names.ts'
import type { Say } from './village-words.ts'
import type { ConsoleServices, Pages, Session, Visit } from './visit.ts'

/** A text of `register.json` in the visit's language. */
export function registerSay({ texts }: Pick<ConsoleServices, 'texts'>, { language }: Visit): Say {
  return (key, values) => texts.text(language, `register.${key}`, values)
}

/** Lists in the register's own look. */
export const STYLES = ['console/village.css', 'console/register.css']

/** `12/10/2024 – 31/12/2025`, `từ 01/01/2026`, or that it was a mistake. */
export function spanWords(say: Say, { statusFrom, statusTo }: HouseholdEntry): string {
  if (statusTo !== null && statusTo < statusFrom) return say('span.corrected')
  if (statusTo === null) return say('span.since', { from: formatDay(statusFrom) })
  return say('span.between', { from: formatDay(statusFrom), to: formatDay(statusTo) })
}

/** One entry in words; nothing that names anybody. */
export function entryWords(services: ConsoleServices, say: Say, entry: HouseholdEntry, today: string) {
  const months = figureOn(services.eligibility, 'escaped_household_months', today)
  const until = entry.escapedOn === null || months === null ? null : helpedUntil(entry.escapedOn, months)
  const lacks = entry.deprivations?.map((id) => say(`dimension.${id}`)) ?? null
  const numbers = (['members', 'women', 'children', 'elderly'] as const).flatMap((id) =>
    entry[id] === null ? [] : [say(`count.${id}`, { count: entry[id] })],
  )
  return {
    year: entry.year,
    status: say(`status.${entry.status}`),
    tone: entry.status,
    span: spanWords(say, entry),
    isInForce: entry.statusFrom <= today && (entry.statusTo === null || entry.statusTo >= today),
    hasLeft: entry.statusTo !== null && entry.statusTo < today,
    escaped:
      entry.escapedOn === null
        ? ''
        : until === null
          ? say('escapedOn', { day: formatDay(entry.escapedOn) })
          : say(until < today ? 'escapedOver' : 'escapedUntil', {
              day: formatDay(entry.escapedOn),
              until: formatDay(until),
              months,
            }),
    previous: entry.previousStatus === null ? '' : say('previous', { status: say(`status.${entry.previousStatus}`) }),
    groups: entry.priorityGroups.map((id) => say(`group.${id}`)),
    lacks: lacks === null ? say('lacksUnknown') : lacks.length === 0 ? say('lacksNone') : lacks.join(', '),
    lackCount: entry.deprivationCount,
    numbers: numbers.join(', '),
  }
}

export function householdName(say: Say, entry: HouseholdEntry | undefined): string {
  return entry?.who?.name ?? say('erasedName')
}

/** Birth, village and certificate, small under the name. */
export function whoWords(say: Say, { who }: HouseholdEntry): string {
  if (who === null) return ''
  const parts = [
    who.birth === '' ? '' : say('born', { birth: who.birth }),
    who.village,
    who.certificate === '' ? '' : say('certificate', { number: who.certificate }),
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** The name of a list: commune, year, which part. */
export function importName(services: ConsoleServices, visit: Visit, list: RegisterImport): string {
  const say = registerSay(services, visit)
  const part = list.origin === null ? '' : ` (${originName(services, list.origin)})`
  return say('importName', { year: list.year, commune: communeName(services.territory, list.communeCode) + part })
}

export function originName({ territory }: Pick<ConsoleServices, 'territory'>, key: string): string {
  const place = territory.places.find((one) => one.key === key)
  return place === undefined ? key : `${place.type} ${place.name}`
}

/** `Dòng 12 · Ngày sinh: “30/2/1950”. Không có ngày này.` */
export function faultWords(
  services: ConsoleServices,
  { language }: Visit,
  { key, column, value }: { key: string; column: string; value: string },
): string {
  const { texts } = services
  const known = [`register.fault.${key}`, `village.fault.${key}`].find((one) => texts.has(language, one))
  const what = known === undefined ? key : texts.text(language, known, { value })
  const where = column === '' ? '' : `${column}: `
  return value === '' || key === 'twice' ? `${where}${what}` : `${where}“${value}”. ${what}`
}

export function noticeOfCounts(say: Say, counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${say(`change.${kind}`)}: ${formatNumber(count)}`)
    .join(' · ')
}

export function notYourRegister(
  services: ConsoleServices,
  pages: Pages,
  reply: FastifyReply,
  visit: Visit & { session: Session },
): FastifyReply {
  const say = registerSay(services, visit)
  const next = { href: '/console/tickets', label: visit.t('refused.next') }
  return pages.show(reply, visit, 'message', { title: say('notYours'), text: say('notYoursText'), next }, 403)
}

export function noHousehold(
  services: ConsoleServices,
  pages: Pages,
  reply: FastifyReply,
  visit: Visit & { session: Session },
): FastifyReply {
  const say = registerSay(services, visit)
  const next = { href: '/console/register', label: say('toRegister') }
  return pages.show(reply, visit, 'message', { title: say('nothingHere'), text: say('nothingHereText'), next }, 404)
}
