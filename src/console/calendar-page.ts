import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { localDay } from '../clock.ts'
import { calendarDaysOf, removeCalendarDay, setCalendarDay } from '../desk/calendar-days.ts'
import { previewCalendarDay } from '../desk/preview-calendar-day.ts'
import { formatDay, formatNumber } from '../i18n.ts'
import { isAdministrator } from '../officers/permissions.ts'
import { unitsInForce } from '../territory/territory.ts'
import { adminTabs } from './admin-menu.ts'
import { type OfficerVisit, openForm, openPage } from './admin-visit.ts'
import { unitName } from './names.ts'
import { refuse } from './refuse.ts'
import type { ConsoleServices, Pages } from './visit.ts'

const PATH = '/console/calendar'
const FURTHEST_DAYS = 731
const DAY_MS = 86_400_000

const querySchema = z.object({ done: z.enum(['set', 'removed']).optional().catch(undefined) })
const formSchema = z.object({
  day: z.string().max(10).catch(''),
  name: z.string().trim().max(400).catch(''),
  kind: z.enum(['off', 'worked']).catch('off'),
  unit: z.string().max(80).catch(''),
  step: z.enum(['preview', 'save']).catch('preview'),
})
type Given = z.infer<typeof formSchema>
const removeSchema = z.object({ id: z.coerce.number().int().positive() })

/** Days off and days worked beyond the common calendar, with what they move shown before they are set. For administrators. */
export function calendarRoutes(app: FastifyInstance, services: ConsoleServices, pages: Pages): void {
  const { sql, clock, texts, territory, calendars } = services
  const wordsOf = ({ language }: OfficerVisit) => {
    return (key: string, values?: Record<string, unknown>) => texts.text(language, `admin.calendar.${key}`, values)
  }

  app.get('/calendar', async (request, reply) => {
    const opened = await openPage(pages, request, reply, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { done } = querySchema.parse(request.query)
    return show(reply, opened.visit, done === undefined ? {} : { done: wordsOf(opened.visit)(`done.${done}`) })
  })

  app.post('/calendar', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const given = formSchema.parse(request.body)
    const fault = faultOf(given)
    if (fault !== null) return show(reply, visit, { given, notice: wordsOf(visit)(`fault.${fault}`) }, 422)
    const day = { unitId: given.unit || null, day: given.day, isWorked: given.kind === 'worked', name: given.name }
    if (given.step === 'preview') {
      return show(reply, visit, { given, moves: await previewCalendarDay(sql, { calendars }, day) })
    }
    await setCalendarDay(sql, { calendars }, day, { officerId: visit.session.officer.id }, clock.now())
    return reply.redirect(`${PATH}?done=set`, 303)
  })

  app.post('/calendar/remove', async (request, reply) => {
    const opened = await openForm(services, pages, request, reply, PATH, isAdministrator)
    if ('answer' in opened) return opened.answer
    const { visit } = opened
    const given = removeSchema.safeParse(request.body)
    if (!given.success) return refuse(pages, reply, visit, 'badRequest', 422)
    const by = { officerId: visit.session.officer.id }
    const isRemoved = await removeCalendarDay(sql, { calendars }, given.data.id, by, clock.now())
    return isRemoved ? reply.redirect(`${PATH}?done=removed`, 303) : refuse(pages, reply, visit, 'notThere', 404)
  })

  function faultOf({ day, name, unit }: Given): 'day' | 'name' | 'unit' | null {
    const today = localDay(clock.now())
    if (!z.iso.date().safeParse(day).success || day < today) return 'day'
    if ((Date.parse(day) - Date.parse(today)) / DAY_MS > FURTHEST_DAYS) return 'day'
    if (name === '' || name.length > 100) return 'name'
    return unit === '' || territory.unitById.has(unit) ? null : 'unit'
  }

  async function show(
    reply: FastifyReply,
    visit: OfficerVisit,
    shown: { done?: string; notice?: string; given?: Given; moves?: number },
    status = 200,
  ): Promise<FastifyReply> {
    const { language, session } = visit
    const today = localDay(clock.now())
    const days = await calendarDaysOf(sql, today)
    const order = new Intl.Collator(language)
    const p = wordsOf(visit)
    const weekday = new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { weekday: 'long', timeZone: 'UTC' })
    return pages.show(
      reply,
      { ...visit, path: PATH },
      'calendar',
      {
        title: p('title'),
        p,
        tabsLabel: texts.text(language, 'admin.officers.tabs'),
        tabs: adminTabs(session.officer, PATH, (key) => texts.text(language, key)),
        done: shown.done ?? null,
        notice: shown.notice ?? null,
        today,
        given: shown.given ?? { day: '', name: '', kind: 'off', unit: '' },
        moves: shown.moves === undefined ? null : p('moves', { count: formatNumber(shown.moves) }),
        units: unitsInForce(territory, today)
          .map((unit) => ({ value: unit.id, label: unit.name[language] }))
          .sort((a, b) => order.compare(a.label, b.label)),
        days: days.map((day) => ({
          id: day.id,
          day: `${formatDay(day.day)}, ${weekday.format(new Date(day.day))}`,
          name: day.name,
          kind: p(day.isWorked ? 'worked' : 'off'),
          isWorked: day.isWorked,
          unitName: day.unitId === null ? p('everybody') : unitName(territory, language, day.unitId),
        })),
      },
      status,
    )
  }
}
