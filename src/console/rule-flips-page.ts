import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { createDraft } from '../broadcasts/draft.ts'
import { changesOf, type DatedChange, FLIP_KINDS } from '../broadcasts/flips.ts'
import { isFew } from '../broadcasts/preview.ts'
import {
  draftForFlip,
  draftsFor,
  type FlipReason,
  type FlipSummary,
  summariseFlips,
} from '../broadcasts/rule-change.ts'
import { localDay } from '../clock.ts'
import { leavesOf } from '../eligibility/criteria.ts'
import type { Programme } from '../eligibility/programme.ts'
import { formatDay, formatNumber } from '../i18n.ts'
import { isAdministrator, mayWriteBroadcasts, type Officer } from '../officers/permissions.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { BROADCASTS_PATH, broadcastSay, faultWords, STYLES } from './broadcast-words.ts'
import { factLabel } from './fact-words.ts'
import { refuse } from './refuse.ts'
import { programmeName } from './rule-words.ts'
import type { ConsoleServices, Pages } from './visit.ts'

/** A page does not wait longer; what was counted until then is shown as such. */
const PATIENCE_MS = 20_000
const MOST_REASONS = 8

const paramsSchema = z.object({ programme: z.string().max(80) })
const day = z.iso.date().optional().catch(undefined)
const draftSchema = z.object({ day: z.iso.date(), kind: z.enum(FLIP_KINDS) })

export function mayCountFlips(officer: Officer): boolean {
  return mayWriteBroadcasts(officer) || isAdministrator(officer)
}

/** Which households a new version of a programme changes something for, why, and a message to exactly them. */
export function ruleFlipRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { eligibility, texts, clock } = services

  app.get('/rules/:programme/flips', async (request, reply) => {
    const opened = await openPage(pages, request, reply, mayCountFlips)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const programme = eligibility.programmes.get(paramsSchema.parse(request.params).programme)
    if (programme === undefined) return refuse(pages, reply, visit, 'noRule', 404)
    return show(reply, visit, programme, { day: z.object({ day }).parse(request.query).day })
  })

  app.post('/rules/:programme/flips', async (request, reply) => {
    const { programme: id } = paramsSchema.parse(request.params)
    const page = `/console/rules/${encodeURIComponent(id)}/flips`
    const opened = await openForm(services, pages, request, reply, page, mayWriteBroadcasts)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const programme = eligibility.programmes.get(id)
    if (programme === undefined) return refuse(pages, reply, visit, 'noRule', 404)
    const form = draftSchema.safeParse(request.body)
    const change = changesOf(programme).find((one) => one.day === form.data?.day)
    const content = form.success && change ? draftForFlip({ eligibility, texts }, change, form.data.kind) : null
    if (content === null) return refuse(pages, reply, visit, 'badRequest', 422)
    const outcome = await createDraft(services, visit.session.officer, { content }, clock.now())
    if (outcome.kind === 'done') return reply.redirect(`${BROADCASTS_PATH}/${outcome.broadcast.id}/edit`, 303)
    const say = broadcastSay(services, visit)
    const faults = outcome.kind === 'invalid' ? outcome.faults.map((fault) => faultWords(say, fault)) : []
    return show(reply, { ...visit, path: page }, programme, { day: change?.day, faults, status: 422 })
  })

  async function show(
    reply: FastifyReply,
    visit: OfficerVisit,
    programme: Programme,
    shown: { day: string | undefined; faults?: readonly string[]; status?: number },
  ): Promise<FastifyReply> {
    const now = clock.now()
    const today = localDay(now)
    const changes = changesOf(programme)
    // The next one that comes, else the last one.
    const change =
      changes.find((one) => one.day === shown.day) ?? changes.find((one) => one.day > today) ?? changes.at(-1)
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const summary = change === undefined ? null : await summariseFlips(services, change, { now, signal })
    const say = broadcastSay(services, visit)
    const path = `/console/rules/${programme.id}`
    const data = {
      title: say('flips.title'),
      say,
      styles: STYLES,
      name: programmeName(texts, visit.language, programme.id),
      back: path,
      action: `${path}/flips`,
      faults: shown.faults ?? [],
      changes: changes.map((one) => ({
        href: `${path}/flips?day=${one.day}`,
        words: changeWords(visit, one),
        current: one === change,
      })),
      change: change === undefined ? null : { day: change.day, words: changeWords(visit, change) },
      looked: summary === null ? '' : say('flips.looked', { count: formatNumber(summary.looked) }),
      isPart: signal.aborted,
      mayWrite: mayWriteBroadcasts(visit.session.officer),
      kinds: summary === null ? [] : kindsOf(visit, programme, summary),
    }
    return pages.show(reply, visit, 'rule-flips', data, shown.status ?? 200)
  }

  function changeWords(visit: OfficerVisit, { day: on, before, after }: DatedChange): string {
    const key = before === null ? 'begins' : after === null ? 'ends' : 'changes'
    return broadcastSay(services, visit)(`flips.${key}`, { day: formatDay(on), before, after })
  }

  function kindsOf(visit: OfficerVisit, programme: Programme, summary: FlipSummary) {
    const say = broadcastSay(services, visit)
    const count = (households: number) =>
      say('flips.households', { count: isFew(households) ? say('plan.few') : formatNumber(households) })
    const drafts = new Map(draftsFor({ eligibility, texts }, summary).map((draft) => [draft.kind, draft]))
    return FLIP_KINDS.map((kind) => {
      const draft = drafts.get(kind)
      const reasons = summary.reasons.filter((reason) => reason.kind === kind)
      return {
        kind,
        name: say(`flips.kind.${kind}`),
        count: count(summary.counts[kind]),
        text: draft?.content.texts.vi.text ?? null,
        reasons: reasons.slice(0, MOST_REASONS).map((reason) => ({
          count: count(reason.households),
          ...reasonWords(visit, programme, reason),
        })),
        more: reasons.length > MOST_REASONS ? say('flips.more', { count: reasons.length - MOST_REASONS }) : '',
      }
    })
  }

  function reasonWords(visit: OfficerVisit, programme: Programme, { before, after, wouldHelp }: FlipReason) {
    const words = ({ outcome, decidedBy }: FlipReason['before']) => ({
      outcome: visit.t(`outcome.${outcome}`),
      decided: decidedBy.map((id) => criterionWords(visit, programme, id, outcome)),
    })
    return {
      before: words(before),
      after: words(after),
      help: wouldHelp.map((fact) => factLabel(texts, visit.language, fact)).join(', '),
    }
  }

  /** As a citizen reads it. */
  function criterionWords({ language }: OfficerVisit, { versions }: Programme, id: string, outcome: string): string {
    const key = `reasons.criteria.${id}.${outcome === 'not_eligible' ? 'unmet' : 'met'}`
    const leaf = versions.flatMap(({ rule }) => leavesOf(rule)).find((one) => one.id === id)
    if (leaf === undefined || !texts.has(language, key)) return id
    const { is, atLeast, atMost, above, below } = leaf.test
    const value = [is, atLeast, atMost, above, below].find((one) => typeof one === 'number')
    return texts.text(language, key, value === undefined ? {} : { value: formatNumber(value) })
  }
}
