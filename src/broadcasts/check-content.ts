/** What is wrong with a message before anybody approves it, each fault with its place and reason. */
import type { Sql, Transaction } from '../db/client.ts'
import type { Fault } from '../errors.ts'
import type { BroadcastContent } from './broadcast.ts'
import { communesOf } from './places.ts'
import type { BroadcastServices } from './services.ts'

/** `code`: its text for people is `broadcasts.fault.<code>`, with `values`. */
export interface ContentFault extends Fault {
  code: string
  values: Record<string, string | number>
}

type Knowing = Pick<BroadcastServices, 'territory' | 'eligibility' | 'broadcasting'>

export function contentFault(
  where: string,
  code: string,
  what: string,
  values: Record<string, string | number> = {},
): ContentFault {
  return { where, code, what, values }
}

export function faultsOfContent(services: Knowing, content: BroadcastContent, now: Date): ContentFault[] {
  return [...faultsOfNames(services, content), ...faultsOfTexts(services, content), ...faultsOfTimes(content, now)]
}

function faultsOfNames({ territory, eligibility }: Knowing, content: BroadcastContent): ContentFault[] {
  const { audience, buttons } = content
  const isTopic = (id: string) => territory.routing.topics.has(id)
  const isProgramme = (id: string) => eligibility.programmes.has(id)
  const topic = (where: string, id: string) =>
    isTopic(id) ? [] : [contentFault(where, 'topic', `there is no topic ${id}; GET /api/v1/topics lists them`, { id })]
  const programme = (where: string, id: string) =>
    isProgramme(id)
      ? []
      : [contentFault(where, 'programme', `there is no programme ${id}; GET /api/v1/programmes lists them`, { id })]
  const statuses = eligibility.facts.get('household_status')?.values ?? []
  return [
    ...topic('topic', content.topic),
    ...(audience.communes ?? []).flatMap((code, index) =>
      communesOf(territory, code) !== null
        ? []
        : [
            contentFault(`audience.communes.${index}`, 'commune', `there is no commune ${code}, today or before`, {
              id: code,
            }),
          ],
    ),
    ...(audience.topics ?? []).flatMap((id, index) => topic(`audience.topics.${index}`, id)),
    ...(audience.programme === undefined ? [] : programme('audience.programme.id', audience.programme.id)),
    ...(audience.flip === undefined ? [] : programme('audience.flip.programme', audience.flip.programme)),
    ...(audience.household_status ?? []).flatMap(({ status }, index) =>
      statuses.includes(status)
        ? []
        : [
            contentFault(
              `audience.household_status.${index}.status`,
              'status',
              `there is no household status ${status}; it is one of ${statuses.join(', ')}`,
              { id: status },
            ),
          ],
    ),
    ...buttons.flatMap(({ opens, id }, index) => {
      const where = `buttons.${index}.id`
      if (opens === 'screening') return []
      if (id === null) return [contentFault(where, 'button', 'say which one the button opens')]
      return opens === 'topic' ? topic(where, id) : programme(where, id)
    }),
  ]
}

/**
 * A message leaves whole: in parts it would be paid for twice, and half of it could get lost. Channels that are off today
 * count too, since they may be on when it leaves.
 */
function faultsOfTexts({ broadcasting: { rules, lanes } }: Knowing, content: BroadcastContent): ContentFault[] {
  const limits = Object.entries(rules.channels).map(([channel, { longestText }]) => {
    const on = lanes.filter((lane) => lane.channel === channel).map(({ capabilities }) => capabilities.textLength)
    return { channel, most: on.length === 0 ? longestText : Math.min(...on) }
  })
  return Object.entries(content.texts).flatMap(([language, given]) => {
    if (given === undefined) return []
    const length = lengthOf(given.text, content.link)
    return limits
      .filter(({ most }) => length > most)
      .map(({ channel, most }) =>
        contentFault(
          `texts.${language}.text`,
          'tooLong',
          `${length} characters with the link are too long for ${channel}, which takes ${most}`,
          { channel, most, length },
        ),
      )
  })
}

/** Code points after NFC, with the link below an empty line. */
function lengthOf(text: string, link: string | null): number {
  return [...text.normalize('NFC')].length + (link === null ? 0 : link.length + 2)
}

function faultsOfTimes({ schedule, not_after: notAfter }: BroadcastContent, now: Date): ContentFault[] {
  const startsAt = schedule === null ? now : new Date(schedule)
  return [
    ...(schedule !== null && startsAt < now
      ? [contentFault('schedule', 'schedulePast', 'this time is in the past')]
      : []),
    ...(notAfter !== null && new Date(notAfter) <= startsAt
      ? [contentFault('not_after', 'endsBeforeStart', 'this is before the message may begin to leave')]
      : []),
  ]
}

/** What the chosen template asks for and is not given. */
export async function faultsOfTemplate(
  sql: Sql | Transaction,
  { zalo_template: template }: BroadcastContent,
): Promise<ContentFault[]> {
  if (template === null) return []
  const rows = await sql<{ parameters: string[] }[]>`
    select parameters from zalo_templates where template_id = ${template.id}`
  if (rows.length === 0) {
    const what = `no template ${template.id} is chosen for the official account`
    return [contentFault('zalo_template.id', 'template', what, { id: template.id })]
  }
  const wanted = new Set(rows.flatMap(({ parameters }) => parameters))
  return [...wanted]
    .filter((name) => (template.params[name] ?? '').trim() === '')
    .map((name) =>
      contentFault(`zalo_template.params.${name}`, 'templateParameter', `the template needs ${name}`, { id: name }),
    )
}

/** Only a file that the office laid on a message: a citizen's paper by its id would go to everybody. */
export async function faultsOfFile(sql: Sql | Transaction, { attachment }: BroadcastContent): Promise<ContentFault[]> {
  if (attachment === null) return []
  const rows = await sql`select from office_files where id = ${attachment}`
  return rows.length > 0 ? [] : [contentFault('attachment', 'attachment', 'there is no such file of the office')]
}
