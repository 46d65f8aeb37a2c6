import { isAdministrator, mayAudit, type Officer, scopeOf } from '../officers/permissions.ts'

/** The pages of an administrator stand behind one entry of the menu, with tabs between them. */
const ADMIN_PAGES = [
  '/console/officers',
  '/console/units',
  '/console/leave',
  '/console/calendar',
  '/console/audit',
] as const

/** What the menu shows beside the work itself. */
export function adminMenu(officer: Officer, text: (key: string) => string): { href: string; label: string }[] {
  const entries = []
  const scope = scopeOf(officer)
  if (isAdministrator(officer)) entries.push({ href: '/console/officers', label: text('admin.nav') })
  else if (mayAudit(officer)) entries.push({ href: '/console/audit', label: text('audit.nav') })
  if (scope.kind === 'unit') entries.push({ href: `/console/units/${scope.unitId}`, label: text('admin.units.own') })
  if (scope.kind === 'unit') entries.push({ href: '/console/leave', label: text('admin.leave.nav') })
  return entries
}

export function isCurrent(href: string, path: string): boolean {
  if (path.startsWith(href)) return true
  return href === '/console/officers' && ADMIN_PAGES.some((page) => path.startsWith(page))
}

/** Between the pages of an administrator; none for whoever has only one of them. */
export function adminTabs(officer: Officer, current: (typeof ADMIN_PAGES)[number], text: (key: string) => string) {
  if (!isAdministrator(officer)) return []
  return [
    { href: '/console/officers', label: text('admin.officers.title') },
    { href: '/console/units', label: text('admin.units.title') },
    { href: '/console/leave', label: text('admin.leave.nav') },
    { href: '/console/calendar', label: text('admin.calendar.title') },
    { href: '/console/audit', label: text('audit.title') },
  ].map((tab) => ({ ...tab, current: tab.href === current }))
}
