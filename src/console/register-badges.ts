import { localDay } from '../clock.ts'
import type { Ticket } from '../desk/locked-ticket.ts'
import type { Officer } from '../officers/permissions.ts'
import { linkOfTicket } from '../register/links.ts'
import { registerScope } from '../register/scope.ts'
import { verifiedFactsOfHousehold } from '../register/verified-facts.ts'
import { momentWords } from './due-words.ts'
import { registerSay } from './register-words.ts'
import { factWords } from './screening-words.ts'
import type { ConsoleServices, Visit } from './visit.ts'

export interface RegisterBadge {
  tone: 'verified' | 'differs' | 'self'
  words: string
}

export interface RegisterOfTicket {
  /** Fact → where it comes from; every other fact is the person's own word. */
  badges: Record<string, RegisterBadge>
  self: RegisterBadge
  /** Who saw which paper when; empty without a link. */
  linked: string
  year: string
  status: string
  /** Where a household can be found and linked; null when that is not this officer's to do. */
  href: string | null
}

/** What the register says of a ticket's person, beside what they said of themselves in the screening. */
export async function registerOfTicket(
  services: ConsoleServices,
  visit: Visit,
  officer: Officer,
  ticket: Pick<Ticket, 'id' | 'number' | 'contactId'>,
  said: Readonly<Record<string, unknown>>,
): Promise<RegisterOfTicket> {
  const { sql, secrets, clock, territory, texts } = services
  const today = localDay(clock.now())
  const say = registerSay(services, visit)
  const link = await linkOfTicket({ sql, secrets }, ticket)
  const verified = link === null ? null : await verifiedFactsOfHousehold(sql, link, today)
  const values = Object.entries(verified?.values ?? {})
  const badges = values.map(([id, value]): [string, RegisterBadge] => {
    // Months go on between the screening and today: the household's standing is what they rest on.
    const isSame = id === 'months_since_escape' || said[id] === undefined || said[id] === value
    const year = verified?.year ?? ''
    return isSame
      ? [id, { tone: 'verified', words: say('badge.verified', { year }) }]
      : [id, { tone: 'differs', words: say('badge.differs', { year, value: factWords(texts, visit, id, value) }) }]
  })
  const status = verified?.values.household_status
  return {
    badges: Object.fromEntries(badges),
    self: { tone: 'self', words: say('badge.self') },
    linked:
      link === null
        ? ''
        : say('linkedBy', { officer: link.officerName, moment: momentWords(link.linkedAt, visit.language) }),
    year: verified === null ? '' : String(verified.year),
    status:
      link === null
        ? ''
        : status === undefined
          ? say('notInForce')
          : say('badge.status', { status: say(`status.${status}`), year: verified?.year }),
    href:
      registerScope(territory, officer, today)?.keeps === true
        ? `/console/register/link?ticket=${encodeURIComponent(ticket.number)}`
        : null,
  }
}
