/** One policy message as its page shows it. */

import { accountsOfOfficer } from '../accounts/officer-accounts.ts'
import { broadcastStatusAfter } from '../broadcasts/broadcast.ts'
import { readProgress } from '../broadcasts/progress.ts'
import type { BroadcastDetails } from '../broadcasts/read-broadcast.ts'
import { templatePrice } from '../broadcasts/read-broadcast.ts'
import { mayDoWith, type OfficerVerb } from '../broadcasts/who-may.ts'
import { mayApproveBroadcasts, mayWriteBroadcasts, type Officer, visitScope } from '../officers/permissions.ts'
import type { OfficerVisit } from './admin-visit.ts'
import { activityLine } from './broadcast-activity.ts'
import { filePreview } from './broadcast-file.ts'
import { numbersOf, progressOf } from './broadcast-numbers.ts'
import { bubblesOf, countWords, planWords, startOf } from './broadcast-preview.ts'

import { audienceLines, broadcastSay, broadcastTitle, contentLines, STATUS_TONES } from './broadcast-words.ts'
import { momentWords } from './due-words.ts'
import { unitName } from './names.ts'
import type { Say } from './village-words.ts'
import type { ConsoleServices } from './visit.ts'

const VERBS = ['submit', 'approve', 'reject', 'schedule', 'pause', 'resume', 'cancel', 'edit'] as const

export async function broadcastView(
  services: ConsoleServices,
  visit: OfficerVisit,
  details: BroadcastDetails,
  now: Date,
) {
  const { sql, territory } = services
  const { broadcast } = details
  const { officer } = visit.session
  const { content } = broadcast
  const say = broadcastSay(services, visit)
  const unit = broadcast.unitId === null ? '' : unitName(territory, visit.language, broadcast.unitId)
  const [file, progress, price, accounts] = await Promise.all([
    filePreview(sql, content.attachment),
    broadcast.frozenAt === null ? null : readProgress(sql, broadcast.id, now),
    templatePrice(sql, broadcast),
    accountsOfOfficer(sql, officer.id),
  ])
  const may = mayOf(officer, details)
  const startAt = startOf(content, now)
  return {
    title: broadcastTitle(content),
    say,
    id: broadcast.id,
    seen: broadcast.lastSeq,
    hash: broadcast.contentHash,
    shortHash: broadcast.contentHash.slice(0, 12),
    status: broadcast.status,
    statusName: say(`status.${broadcast.status}`),
    tone: STATUS_TONES[broadcast.status],
    about: aboutLine(say, visit, details),
    corrects: broadcast.corrects,
    corrections: details.corrections.map(({ id, status }) => ({ id, status: say(`status.${status}`) })),
    next: nextWords(say, officer, details, may),
    may,
    bubbles: bubblesOf(services, visit, content, file),
    lines: contentLines(services, visit, content, unit),
    file,
    audience: audienceLines(services, visit, content.audience),
    plan:
      broadcast.preview === null
        ? null
        : planWords(services, visit, { preview: broadcast.preview, content, startAt, price }),
    countNow: broadcast.preview === null && ['draft', 'rejected'].includes(broadcast.status),
    // What was frozen says more than what was counted before.
    exclusions: details.exclusions
      .filter(({ count }) => count > 0)
      .map(({ reason, count }) => ({ name: say(`excluded.${reason}`), count: count.toLocaleString('vi-VN') })),
    progress: progress === null ? null : progressOf(say, broadcast, progress),
    numbers: progress === null ? null : numbersOf(say, progress),
    pausedBecause: broadcast.status === 'paused' ? pausedWords(say, broadcast.pausedReason) : '',
    people:
      broadcast.households === null && broadcast.preview !== null
        ? countWords(say, broadcast.preview.people, broadcast.preview.smallHidden)
        : (broadcast.households ?? 0).toLocaleString('vi-VN'),
    chats: accounts.filter(({ isUnreachable }) => !isUnreachable).map(({ channel }) => say(`channel.${channel}`)),
    activity: details.activity.toReversed().map((line) => activityLine(say, visit.language, line)),
    seesVisits: visitScope(officer) !== 'none',
  }
}

export type BroadcastMay = Record<(typeof VERBS)[number] | 'correct' | 'test' | 'settle', boolean>

/** What the officer can do with it now: by role, by what it is to them, and by its status. */
export function mayOf(officer: Officer, { broadcast, corrections }: BroadcastDetails): BroadcastMay {
  const can = (verb: OfficerVerb) =>
    mayDoWith(verb, officer, broadcast) && broadcastStatusAfter(verb, broadcast.status) !== null
  const isOwn = broadcast.authorId === officer.id
  const hasApproved = broadcast.approverId === officer.id || broadcast.secondApproverId === officer.id
  const standsStill = ['done', 'paused', 'cancelled'].includes(broadcast.status) && broadcast.startedAt !== null
  const isCorrected = corrections.some(({ status }) => status !== 'cancelled' && status !== 'rejected')
  return {
    submit: can('submit'),
    approve: can('approve') && !isOwn && !hasApproved,
    reject: can('reject') && !isOwn,
    schedule: can('schedule'),
    pause: can('pause'),
    resume: can('resume') && !isCorrected,
    cancel: can('cancel'),
    edit: can('edit'),
    correct: standsStill && mayWriteBroadcasts(officer),
    test: mayWriteBroadcasts(officer) || mayApproveBroadcasts(officer),
    settle: mayDoWith('pause', officer, broadcast),
  }
}

/** Who has to do what next, in words. */
function nextWords(say: Say, officer: Officer, details: BroadcastDetails, may: BroadcastMay): string {
  const { broadcast, needsTwo } = details
  const { status } = broadcast
  if (status === 'submitted') {
    const isSecond = broadcast.approverId !== null
    if (may.approve) return say(isSecond ? 'next.approveSecond' : needsTwo ? 'next.approveFirst' : 'next.approve')
    if (mayApproveBroadcasts(officer) && broadcast.authorId === officer.id) return say('next.ownMessage')
    if (broadcast.approverId === officer.id) return say('next.waitsSecond')
    return say(isSecond ? 'next.waitsSecond' : needsTwo ? 'next.waitsTwo' : 'next.waitsApproval')
  }
  if (status === 'approved') return say(may.schedule ? 'next.schedule' : 'next.waitsSchedule')
  if (status === 'draft' || status === 'rejected') return say(may.submit ? `next.${status}` : 'next.withAuthor')
  return say(`next.${status}`)
}

function aboutLine(say: Say, { language }: OfficerVisit, { broadcast, author, approvers }: BroadcastDetails): string {
  const names = approvers.map(({ name }) => name).join(', ')
  return [
    say('by', { name: author.name, at: momentWords(broadcast.createdAt, language) }),
    ...(names === '' ? [] : [say('approvedBy', { names })]),
  ].join(' · ')
}

/** By a person, or by the product with what the channel said. */
function pausedWords(say: Say, reason: string | null): string {
  if (reason === null || reason === 'officer') return say('paused.officer')
  return say('paused.errors', { reason: reason.replace(/^errors: ?/, '') || '?' })
}
