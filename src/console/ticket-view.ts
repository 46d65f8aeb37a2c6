import { UPLOAD_TYPES } from '../attachments/upload-type.ts'
import { isoLocal, localDay } from '../clock.ts'
import type { TicketAttachment, TicketDetails, TicketMessage } from '../desk/read-ticket.ts'
import { routingReasonSchema } from '../desk/services.ts'
import { isTakenFrom, mayDo, RESULTS, statusAfter, VERBS, type Verb } from '../desk/ticket.ts'
import { hasRole, type Officer } from '../officers/permissions.ts'
import { unitsInForce } from '../territory/territory.ts'
import { activityWords } from './activity-words.ts'
import { dueWords, momentWords, shortMomentWords } from './due-words.ts'
import { communeName, textOr, topicName, unitName } from './names.ts'
import { screeningWords } from './screening-words.ts'
import type { ConsoleServices, Visit } from './visit.ts'

/** How the talk keeps that a paper came without words; the paper itself stands beside it. */
const FILE_MARK = /^\[(photo|document)\]$/

/** One ticket in the words of the officer's language: all that the page and its parts show. */
export function ticketView(
  services: ConsoleServices,
  visit: Visit,
  officer: Officer,
  details: TicketDetails,
  now: Date,
) {
  const { texts, territory } = services
  const { language, t } = visit
  const { ticket, assignee, answers, joined, resolution } = details
  const due = dueWords(ticket, now, language)
  const files = new Map(details.attachments.map((file) => [file.id, fileView(visit, ticket.number, file)]))
  return {
    number: ticket.number,
    seen: ticket.lastSeq,
    shown: ticket.lastSeq,
    status: ticket.status,
    statusName: t(`status.${ticket.status}`),
    urgent: ticket.urgent,
    priority: ticket.priorityGroups.map((group) => textOr(texts, language, [`console.priority.${group}`], group)),
    ladder: ladderWords(services, visit, ticket.escalationLevel),
    rating: ticket.rating === null ? null : t('ticket.ratingOf', { rating: ticket.rating }),
    confirmedAt: ticket.confirmedAt && momentWords(ticket.confirmedAt, language),
    topicName: topicName(texts, language, ticket.topic),
    requestName: textOr(
      texts,
      language,
      [`requests.${ticket.requestType}.title`, `requests.${ticket.requestType}.name`],
      '',
    ),
    communeName: communeName(territory, ticket.communeCode) || t('unknownCommune'),
    unitName: unitName(territory, language, ticket.unitId),
    assigneeName: assignee?.name ?? null,
    offer:
      ticket.offeredUnitId === null
        ? null
        : t('ticket.offeredTo', {
            unit: unitName(territory, language, ticket.offeredUnitId),
            until: ticket.offerLapsesAt === null ? '' : momentWords(ticket.offerLapsesAt, language),
          }),
    due: { state: due.state, words: texts.text(language, due.key, due.values), moment: due.moment },
    promiseName: ticket.promise === null ? '' : t(`promise.${ticket.promise}`),
    filedAt: momentWords(ticket.createdAt, language),
    routing: routingWords(services, visit, ticket.routingReason, ticket.routingBasis),
    resolution: resolution && {
      result: ticket.result === null ? '' : t(`result.${ticket.result}`),
      reason: resolution.reason,
      basis: resolution.basis,
      nextStep: resolution.nextStep,
    },
    answers,
    joined: joined.map((one) => ({ ...one, title: t('ticket.answersOf', { number: one.number }) })),
    screening: screeningWords(services, visit, details.screening),
    attachments: [...files.values()],
    talk: details.messages.map((message) => ({
      author: message.author,
      who: speakerName(visit, message),
      at: shortMomentWords(message.at, now),
      iso: isoLocal(message.at),
      text: wordsOf(message) ?? t('ticket.erased'),
      files: message.attachmentIds.flatMap((id) => files.get(id) ?? []),
      delivery: deliveryWords(services, visit, message),
    })),
    unreachable: details.isUnreachable ? t('delivery.unreachable') : null,
    activity: activityWords(services, visit, details.activity, now),
    may: Object.fromEntries(VERBS.map((verb) => [verb, isPossible(verb, officer, details)])),
    mayAttach: ticket.contactId !== null,
    fileTypes: UPLOAD_TYPES.join(','),
    results: RESULTS.map((value) => ({ value, label: t(`result.${value}`) })),
    units: unitGroups(services, visit, localDay(now)),
    returnLabel: details.standing === 'accountable' ? t('verb.takeBack') : t('verb.return'),
  }
}

/** Whether a form is worth showing; the desk decides again when it is sent. */
function isPossible(verb: Verb, officer: Officer, { ticket, standing }: TicketDetails): boolean {
  if (standing === null || statusAfter(verb, ticket.status) === null) return false
  if (!mayDo(verb, standing, ticket.offeredOfficerId === officer.id, hasRole(officer, 'head_of_unit'))) return false
  if (isTakenFrom(verb, ticket, officer.id, standing)) return false
  if (verb === 'accept') {
    const isForAnother = ticket.offeredOfficerId !== null && ticket.offeredOfficerId !== officer.id
    return ticket.offeredUnitId !== null && (!isForAnother || standing === 'over-all')
  }
  return verb !== 'return' || ticket.offeredUnitId !== null
}

/** How far up the ladder a broken promise was told; null while it was not. */
function ladderWords({ territory }: ConsoleServices, { t }: Visit, level: number): string | null {
  const step = territory.routing.ladder.steps[level - 1]
  return step === undefined ? null : t(`ladder.${step.to}`)
}

function wordsOf({ text, attachmentIds }: TicketMessage): string | null {
  return attachmentIds.length > 0 && text !== null ? text.replace(FILE_MARK, '') : text
}

/** Whether the words arrived, said at the words. The bot's are of interest only when they did not. */
function deliveryWords({ texts }: ConsoleServices, { language, t }: Visit, { author, delivery }: TicketMessage) {
  if (delivery === null || (author === 'bot' && delivery.state === 'sent')) return null
  const { state, reason } = delivery
  const why = reason === null ? '' : textOr(texts, language, [`console.delivery.reason.${reason}`], reason)
  const tone = state === 'failed' ? 'warn' : 'quiet'
  return { tone, words: t(`delivery.${state}`, { why: why || t('delivery.unknown') }) }
}

function speakerName({ t }: Visit, message: TicketMessage): string {
  const name = message.officer?.name || t('who.officer')
  if (message.author === 'note') return t('who.note', { name })
  return message.author === 'officer' ? name : t(`who.${message.author}`)
}

function fileView({ t }: Visit, number: string, file: TicketAttachment) {
  const isImage = file.mediaType?.startsWith('image/') === true
  const name = isImage ? t('file.image') : file.mediaType === 'application/pdf' ? t('file.pdf') : t('file.other')
  const href = `/console/tickets/${number}/attachments/${file.id}`
  if (file.isFetched) return { state: isImage ? 'image' : 'file', name, href }
  return { state: 'missing', name: file.failure === null ? t('file.coming') : t('file.failed'), href }
}

function routingWords(services: ConsoleServices, visit: Visit, reason: unknown, basis: string) {
  const { texts } = services
  const parsed = routingReasonSchema.safeParse(reason)
  const isKnown = parsed.success && texts.has(visit.language, parsed.data.key)
  return {
    reason: isKnown ? texts.text(visit.language, parsed.data.key, parsed.data.values) : '',
    basis: textOr(texts, visit.language, [basis, `routing.basis.${basis}`], basis),
  }
}

function unitGroups({ territory, texts }: ConsoleServices, { language }: Visit, day: string) {
  const groups = new Map<string, { id: string; name: string }[]>()
  for (const unit of unitsInForce(territory, day)) {
    const group = groups.get(unit.kind) ?? []
    group.push({ id: unit.id, name: unit.name[language] })
    groups.set(unit.kind, group)
  }
  const order = new Intl.Collator(language)
  return [...groups].map(([kind, units]) => ({
    label: textOr(texts, language, [`units.kind.${kind}`], kind),
    units: units.sort((a, b) => order.compare(a.name, b.name)),
  }))
}
