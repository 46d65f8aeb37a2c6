import { localDay } from '../clock.ts'
import {
  broadcastScope,
  hasOwnWork,
  hasRole,
  looksAfterChannels,
  mayScreenAtCounter,
  visitScope,
} from '../officers/permissions.ts'
import { registerScope } from '../register/scope.ts'
import { mayReadReports } from '../reports/read-report.ts'
import { listUnitOf } from '../village-list/open-list.ts'
import { adminMenu, isCurrent } from './admin-menu.ts'
import type { ConsoleServices, Visit } from './visit.ts'

export interface MenuEntry {
  href: string
  label: string
  current: boolean
}

/** The pages that are of use to this officer, the work itself first. */
export function menuOf(services: ConsoleServices, { language, session, path }: Visit): MenuEntry[] {
  if (session === null) return []
  const { texts, territory, clock } = services
  const { officer, unread } = session
  const count = unread >= 100 ? '99+' : String(unread)
  const text = (key: string) => texts.text(language, key)
  const work = unread === 0 ? text('work.nav') : texts.text(language, 'work.navUnread', { count })
  const entries = [
    { href: '/console/my-work', label: work, isShown: hasOwnWork(officer) },
    { href: '/console/tickets', label: text('console.nav.tickets'), isShown: true },
    { href: '/console/screenings/new', label: text('counter.nav'), isShown: mayScreenAtCounter(officer) },
    // Lists belong to units: whoever has none has no use for the page.
    { href: '/console/village-lists', label: text('village.nav'), isShown: listUnitOf(officer) !== null },
    {
      href: '/console/register',
      label: text('register.nav'),
      isShown: registerScope(territory, officer, localDay(clock.now())) !== null,
    },
    { href: '/console/broadcasts', label: text('broadcasts.nav'), isShown: broadcastScope(officer) !== 'none' },
    { href: '/console/visits', label: text('broadcasts.visits.nav'), isShown: visitScope(officer) !== 'none' },
    {
      href: '/console/channels',
      label: text('channels.nav'),
      isShown: services.channelHealth !== undefined && looksAfterChannels(officer),
    },
    { href: '/console/openings', label: text('openings.nav'), isShown: true },
    { href: '/console/reports', label: text('reports.nav'), isShown: mayReadReports(officer) },
    {
      href: '/console/zalo',
      label: text('zalo.page.title'),
      isShown: services.accountCare !== undefined && hasRole(officer, 'administrator'),
    },
    { href: '/console/rules', label: text('rules.nav'), isShown: true },
    ...adminMenu(officer, text).map((entry) => ({ ...entry, isShown: true })),
  ]
  const isLookUp = (href: string) => href === '/console/rules' && path.startsWith('/console/knowledge')
  return entries
    .filter(({ isShown }) => isShown)
    .map(({ href, label }) => ({ href, label, current: isCurrent(href, path) || isLookUp(href) }))
}
