import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { inForce } from '../eligibility/basis.ts'
import type { Programme } from '../eligibility/programme.ts'
import { versionOn } from '../knowledge/placeholders.ts'
import { openPage } from './admin-visit.ts'
import { topicName } from './names.ts'
import { refuse } from './refuse.ts'
import { mayCountFlips } from './rule-flips-page.ts'
import { programmeName, programmeView } from './rule-words.ts'
import { fitting } from './search-words.ts'
import type { ConsoleServices, Pages, Visit } from './visit.ts'

const text = z.string().trim().max(100).catch('')
const day = z.iso.date().optional().catch(undefined)
const listQuery = z.object({ q: text, topic: text, day })

/** The rules as the service knows them, to read: every officer may. */
export function ruleRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { eligibility, texts, clock } = services

  app.get('/rules', async (request, reply) => {
    const opened = await openPage(pages, request, reply, () => true)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const query = listQuery.parse(request.query)
    const on = query.day ?? localDay(clock.now())
    const ofTopic = [...eligibility.programmes.values()].filter(
      (programme) => query.topic === '' || programme.topic === query.topic,
    )
    const found = fitting(ofTopic, query.q, (programme) => wordsOf(services, visit, programme))
    const t = (key: string, values?: Record<string, unknown>) => texts.text(visit.language, `rules.${key}`, values)
    return pages.show(reply, visit, 'rules', {
      title: t('title'),
      r: t,
      styles: ['console/work.css'],
      tabs: lookUpTabs(services, visit, 'rules'),
      query: { ...query, day: on },
      isFiltered: query.q !== '' || query.topic !== '',
      topics: topicChoices(services, visit),
      count: found.length,
      groups: groupsOf(services, visit, found, on),
    })
  })

  app.get('/rules/:programme', async (request, reply) => {
    const opened = await openPage(pages, request, reply, () => true)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const { programme: id } = z.object({ programme: z.string().max(80) }).parse(request.params)
    const programme = eligibility.programmes.get(id)
    if (programme === undefined) return refuse(pages, reply, visit, 'noRule', 404)
    const on = z.object({ day }).parse(request.query).day ?? localDay(clock.now())
    const t = (key: string, values?: Record<string, unknown>) => texts.text(visit.language, `rules.${key}`, values)
    return pages.show(reply, visit, 'rule', {
      title: programmeName(texts, visit.language, id),
      r: t,
      styles: ['console/work.css'],
      day: on,
      flips: mayCountFlips(visit.session.officer) ? texts.text(visit.language, 'broadcasts.flips.title') : null,
      ...programmeView(services, visit, programme, on),
    })
  })
}

/** Name, topic and documents: what a search looks through. */
function wordsOf({ texts }: ConsoleServices, { language }: Visit, programme: Programme): string {
  const documents = Object.values(programme.basis).map(({ document }) => document)
  const { id, topic } = programme
  return [programmeName(texts, language, id), topicName(texts, language, topic), id, ...documents].join(' ')
}

function groupsOf(services: ConsoleServices, visit: Visit, programmes: readonly Programme[], on: string) {
  const { texts } = services
  const { language } = visit
  const t = (key: string, values?: Record<string, unknown>) => texts.text(language, `rules.${key}`, values)
  const groups = new Map<string, ReturnType<typeof lineOf>[]>()
  const lineOf = (programme: Programme) => {
    const version = versionOn(programme, on)
    const isOver = programme.versions.every(({ to }) => to !== null && to !== 'open' && to < on)
    return {
      id: programme.id,
      name: programmeName(texts, language, programme.id),
      kind: t(`kind.${programme.kind}`),
      state: version ? t('version', { id: version.id }) : t(isOver ? 'ended' : 'notBegun'),
      isInForce: version !== undefined,
      isUnverified:
        version !== undefined &&
        (version.confidence === 'unverified' ||
          version.basis.some((key) => {
            const basis = programme.basis[key]
            return basis !== undefined && inForce(basis, on) && basis.confidence === 'unverified'
          })),
    }
  }
  for (const programme of programmes) {
    const group = groups.get(programme.topic) ?? []
    group.push(lineOf(programme))
    groups.set(programme.topic, group)
  }
  return [...groups].map(([topic, lines]) => ({ topic, name: topicName(texts, language, topic), lines }))
}

export function topicChoices({ eligibility, texts }: ConsoleServices, { language }: Visit) {
  const topics = new Set([...eligibility.programmes.values()].map(({ topic }) => topic))
  const order = new Intl.Collator(language)
  return [...topics]
    .map((value) => ({ value, label: topicName(texts, language, value) }))
    .sort((a, b) => order.compare(a.label, b.label))
}

export function lookUpTabs({ texts }: ConsoleServices, { language }: Visit, current: 'rules' | 'knowledge') {
  return [
    { href: '/console/rules', label: texts.text(language, 'rules.title'), current: current === 'rules' },
    { href: '/console/knowledge', label: texts.text(language, 'rules.knowledge'), current: current === 'knowledge' },
  ]
}
