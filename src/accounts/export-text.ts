import { formatDay, type Language, type Texts } from '../i18n.ts'
import type { KeptFacts } from '../profile/profile.ts'
import { SELF } from '../profile/profile.ts'
import type { PersonalData } from './export-data.ts'

/** What is kept about a person, as a page that anybody can read. */
export function exportText(
  texts: Texts,
  language: Language,
  data: PersonalData,
  communeName: (code: string) => string,
) {
  const t = (key: string, values?: Record<string, unknown>) => texts.text(language, `accounts.export.${key}`, values)
  const or = (key: string, otherwise: string) => (texts.has(language, key) ? texts.text(language, key) : otherwise)
  const factLine = (id: string, value: unknown) => `- ${or(`facts.${id}.label`, id)}: ${valueWords(id, value)}`
  const channel = (id: string) => texts.text(language, `accounts.channel.${id}`)

  function valueWords(id: string, value: unknown): string {
    if (value === null || value === undefined) return t('notKnown')
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
    return or(`facts.${id}.values.${String(value)}`, String(value))
  }

  const factLines = (facts: KeptFacts) =>
    Object.entries(facts).map(
      ([id, fact]) => `${factLine(id, fact.value)} (${t('until', { day: formatDay(fact.expires) })})`,
    )

  const sections: [title: string, lines: string[]][] = [
    [
      t('chats'),
      data.chats.flatMap((chat) => [
        `- ${channel(chat.channel)}, ${t('since', { at: moment(chat.since) })}`,
        ...[
          chat.commune === null ? null : `${t('commune')}: ${communeName(chat.commune)}`,
          chat.phone === null ? null : `${t('phone')}: ${chat.phone}`,
          chat.consent_at === null ? t('noConsent') : t('consent', { at: moment(chat.consent_at) }),
          chat.information_stopped_at === null ? null : t('stopped', { at: moment(chat.information_stopped_at) }),
          chat.all_stopped_at === null ? null : t('stoppedAll', { at: moment(chat.all_stopped_at) }),
          chat.officer === null ? null : t('officer', { name: chat.officer }),
        ].flatMap((line) => (line === null ? [] : [`  ${line}`])),
      ]),
    ],
    [
      t('household'),
      data.household === null
        ? []
        : [
            ...factLines(data.household.household),
            ...data.household.members.flatMap(({ id, label, facts }) => [
              `${id === SELF ? t('yourself') : label}:`,
              ...factLines(facts),
            ]),
          ],
    ],
    [
      t('news'),
      data.news.map(
        ({ topic, since }) => `- ${or(`topics.${topic}.name`, topic)} (${t('since', { at: moment(since) })})`,
      ),
    ],
    [
      t('tickets'),
      data.tickets.flatMap((ticket) => [
        `${ticket.number}: ${or(`topics.${ticket.topic}.name`, ticket.topic)} (${t(`status.${ticket.status}`)}, ${moment(ticket.filed_at)})`,
        ...ticket.answers.map(({ label, value }) => `- ${label}: ${value}`),
        ...ticket.papers_asked_for.map((paper) => `- ${t('paper')}: ${paper}`),
        ...Object.values(ticket.result_words ?? {}).flatMap((words) => (words ? [`- ${t('result')}: ${words}`] : [])),
      ]),
    ],
    [
      t('screenings'),
      data.screenings.flatMap(({ day, facts, outcomes }) => [
        `${formatDay(day)}:`,
        ...Object.entries(facts).map(([id, value]) => factLine(id, value)),
        ...outcomes.map(
          ({ programme, outcome }) =>
            `- ${or(`programmes.${programme}.name`, programme)}: ${or(`console.outcome.${outcome}`, outcome)}`,
        ),
      ]),
    ],
    [
      t('files'),
      data.files.map(({ at, media_type, bytes, ticket }) =>
        [
          `- ${moment(at)}`,
          media_type ?? '',
          bytes === null ? '' : t('size', { kb: Math.ceil(bytes / 1024) }),
          ticket ?? '',
        ]
          .filter((part) => part !== '')
          .join(', '),
      ),
    ],
    [
      t('talk'),
      data.talk.map(({ at, channel: on, author, text, ticket }) => {
        const where = ticket === null ? channel(on) : `${channel(on)}, ${ticket}`
        return `[${moment(at)}] ${t(`author.${author}`)} (${where}): ${text}`
      }),
    ],
  ]
  const body = sections.flatMap(([title, lines]) => [
    '',
    title.toUpperCase(),
    ...(lines.length > 0 ? lines : [t('nothing')]),
  ])
  return [t('title'), t('madeAt', { at: moment(data.made_at) }), ...body, ''].join('\r\n')
}

/** `2026-11-23T09:30:00+07:00` → `23/11/2026 09:30`. */
function moment(iso: string): string {
  return `${formatDay(iso.slice(0, 10))} ${iso.slice(11, 16)}`
}
