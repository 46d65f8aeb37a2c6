import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { inForce } from '../eligibility/basis.ts'
import { formatDay } from '../i18n.ts'
import { ANY_TOPIC, type Entry, standsOn, type TopicFile } from '../knowledge/article.ts'
import { answerFor } from '../knowledge/find-answer.ts'
import { basisLines, wordsOfAnswer, wordsOfLine } from '../knowledge/words.ts'
import { openPage } from './admin-visit.ts'
import { topicName } from './names.ts'
import { programmeName } from './rule-words.ts'
import { lookUpTabs } from './rules-page.ts'
import { fitting } from './search-words.ts'
import type { ConsoleServices, Pages, Visit } from './visit.ts'

const text = z.string().trim().max(100).catch('')
const querySchema = z.object({ q: text, topic: text, day: z.iso.date().optional().catch(undefined) })

/** More answers than these are shown by their headings, to be opened one by one. */
const MOST_OPEN = 8

/** What the service answers citizens, word for word, with its sources: every officer may read it. */
export function knowledgeRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { knowledge, texts, clock } = services

  app.get('/knowledge', async (request, reply) => {
    const opened = await openPage(pages, request, reply, () => true)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const query = querySchema.parse(request.query)
    const on = query.day ?? localDay(clock.now())
    const entries = [...knowledge.topics.values()]
      .filter(({ topic }) => query.topic === '' || topic === query.topic)
      .flatMap((file) => file.entries.map((entry) => entryView(services, visit, file, entry, on)))
    const found = fitting(entries, query.q, ({ searched }) => searched)
    const groups = [...knowledge.topics.keys()]
      .map((topic) => ({
        topic,
        name: nameOf(services, visit, topic),
        entries: found.filter((entry) => entry.topic === topic),
      }))
      .filter((group) => group.entries.length > 0)
    const t = (key: string, values?: Record<string, unknown>) => texts.text(visit.language, `rules.${key}`, values)
    const isFiltered = query.q !== '' || query.topic !== ''
    const order = new Intl.Collator(visit.language)
    return pages.show(reply, visit, 'knowledge', {
      title: t('articles.title'),
      r: t,
      styles: ['console/work.css'],
      tabs: lookUpTabs(services, visit, 'knowledge'),
      query: { ...query, day: on },
      dayWords: formatDay(on),
      topics: [...knowledge.topics.keys()]
        .map((value) => ({ value, label: nameOf(services, visit, value) }))
        .sort((a, b) => order.compare(a.label, b.label)),
      isOpen: isFiltered && found.length <= MOST_OPEN,
      count: found.length,
      groups,
    })
  })
}

function nameOf({ texts }: ConsoleServices, { language }: Visit, topic: string): string {
  return topic === ANY_TOPIC ? texts.text(language, 'rules.articles.any') : topicName(texts, language, topic)
}

/** One entry as a citizen would be told on the day. */
function entryView(services: ConsoleServices, visit: Visit, file: TopicFile, entry: Entry, day: string) {
  const { knowledge, texts } = services
  const { language } = visit
  const t = (key: string, values?: Record<string, unknown>) => texts.text(language, `rules.${key}`, values)
  const [intent = 'how_to_apply'] = entry.intents
  const answer = answerFor(knowledge, { topic: file.topic, intent, programmes: entry.programmes }, day)
  const isUsed = standsOn(entry, day) && answer.entry === `${file.topic}.${entry.id}`
  const paragraphs = isUsed ? wordsOfAnswer(texts, language, answer) : []
  const names = (entry.programmes ?? []).map((id) => programmeName(texts, language, id))
  const state = !isUsed ? 'notToday' : answer.standing === 'told' ? null : answer.standing
  const title = entry.intents.map((one) => t(`asked.${one}`)).join(', ')
  const documents = entry.basis.flatMap((key) => file.basis[key] ?? [])
  return {
    id: `${file.topic}-${entry.id}`,
    topic: file.topic,
    title,
    about: names.length === 0 ? null : t('articles.about', { names: names.join(', ') }),
    state: state === null || state === 'missing' ? null : t(`articles.${state}`),
    paragraphs,
    basis: isUsed ? basisLines(answer.basis).map((line) => wordsOfLine(texts, language, line)) : [],
    sources: documents
      .filter((basis) => inForce(basis, day) && /^https?:\/\//.test(basis.source))
      .map(({ document, source, confidence }) => ({ document, source, isUnverified: confidence === 'unverified' })),
    reviewed: t('articles.reviewed', { on: formatDay(entry.reviewed), by: formatDay(entry.review_by) }),
    searched: [title, topicName(texts, language, file.topic), ...names, ...paragraphs].join(' '),
  }
}
