import type { Sql, Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import { isInForce, type Territory } from '../territory/territory.ts'

/** A commune of then or now, for the days on which it bore its code. */
export interface PlaceSpan {
  code: string
  from: string
  to: string
}

/** Requests are meant that come from one of the places, or that one of the units answers for or stands over. */
export interface Within {
  places: readonly PlaceSpan[]
  units: readonly string[]
}

export interface RequestFilter {
  /** Local days on which they were filed, both included. */
  from: string
  to: string
  /** All of these hold. */
  within: readonly Within[]
  /** Complaints about this unit stay hidden from it. */
  notAbout: string | null
}

export const FAR_DAY = '9999-12-31'

/** The commune of today with a code, and those that became part of it and of nothing else. */
export function spansOf(territory: Territory, code: string): PlaceSpan[] {
  return territory.places
    .filter((place) => (place.to === null ? place.code === code : isOnly(place.successors, code)))
    .map((place) => ({ code: place.code, from: place.from, to: place.to ?? FAR_DAY }))
}

function isOnly(successors: readonly string[], code: string): boolean {
  return successors.length === 1 && successors[0] === code
}

/**
 * Where a commune of any day stands today: its code; `<code>@<from>` for one that was split or whose successor no source
 * names, since nobody can say where its people belong now.
 */
export function placesToday(territory: Territory): (PlaceSpan & { today: string })[] {
  const isToday = (code: string) =>
    territory.placesByCode.get(code)?.some((place) => place.to === null && isInForce(place, FAR_DAY)) === true
  return territory.places.map((place) => {
    const [heir] = place.successors
    const today =
      place.to === null
        ? place.code
        : heir !== undefined && isOnly(place.successors, heir) && isToday(heir)
          ? heir
          : place.key
    return { code: place.code, from: place.from, to: place.to ?? FAR_DAY, today }
  })
}

/** The condition on `ticket_dimensions d`. */
export function conditionOf(sql: Sql | Transaction, { from, to, within, notAbout }: RequestFilter) {
  const parts = within.map(({ places, units }) => {
    const codes = list(
      sql,
      places.map(({ code }) => code),
    )
    const since = list(
      sql,
      places.map((place) => place.from),
    )
    const until = list(
      sql,
      places.map((place) => place.to),
    )
    const isThere = sql`(d.commune_code = any(${codes}::text[]) and exists (
      select 1 from unnest(${codes}::text[], ${since}::date[], ${until}::date[]) as span (code, since, until)
      where span.code = d.commune_code and d.filed_on between span.since and span.until))`
    const named = list(sql, units)
    const isTheirs = sql`d.unit_id = any(${named}::text[]) or d.department_id = any(${named}::text[])`
    if (units.length === 0) return sql`and ${isThere}`
    return places.length === 0 ? sql`and (${isTheirs})` : sql`and (${isThere} or ${isTheirs})`
  })
  const isShown = notAbout === null ? sql`` : sql`and d.complaint_about is distinct from ${notAbout}`
  return parts.reduce(
    (all, part) => sql`${all} ${part}`,
    sql`d.filed_on between ${from}::date and ${to}::date ${isShown}`,
  )
}
