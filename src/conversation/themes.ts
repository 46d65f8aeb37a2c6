import type { Screening } from '../eligibility/screen.ts'
import type { Step } from './flow.ts'
import type { Session } from './session.ts'
import type { Turn } from './situation.ts'

type ScreenStep = Extract<Step, { screen: string }>

/** The end of the open question: nobody, or nobody else. */
const NOBODY = '-'

/**
 * Special circumstances that could still change an outcome and were not spoken of: nobody's are assumed silently, and
 * nobody is asked for each of them one by one.
 */
export function openThemes(turn: Turn, session: Session, step: ScreenStep, screening: Screening): string[] {
  const offered = (session.subject.themes ?? '').split(' ')
  if (offered.includes(NOBODY)) return []
  return themesThatCount(turn, session, step, screening).filter((theme) => !offered.includes(theme))
}

/** Special circumstances that could still change an outcome, whether they were offered or not. */
export function themesThatCount(turn: Turn, session: Session, step: ScreenStep, screening: Screening): string[] {
  const open = openFacts(turn, session, screening)
  return Object.entries(step.themes)
    .filter(([, facts]) => facts.some((fact) => open.has(fact)))
    .map(([theme]) => theme)
}

/** The next fact to ask about the circumstance that was named; null when it is told. */
export function themeFact(turn: Turn, session: Session, step: ScreenStep, screening: Screening): string | null {
  const { theme } = session.subject
  if (theme === undefined) return null
  const open = openFacts(turn, session, screening)
  return step.themes[theme]?.find((id) => open.has(id)) ?? null
}

/** The open question is asked anew, with everything in it. */
export function withoutThemes(session: Session): Session {
  const { theme: _, themes: __, ...subject } = session.subject
  return { ...session, subject }
}

/** The person named a circumstance, or said that there is none (`null`). */
export function withTheme(session: Session, theme: string | null): Session {
  const { theme: _, ...subject } = session.subject
  const themes = [subject.themes, theme ?? NOBODY].filter((one) => one !== undefined).join(' ')
  return { ...session, subject: theme === null ? { ...subject, themes } : { ...subject, themes, theme } }
}

/** Facts that were not spoken of and count in some outcome: still missing there, or assumed. */
function openFacts(turn: Turn, session: Session, { determinations }: Screening): Set<string> {
  const { facts } = turn.definitions.eligibility
  const counted = determinations.flatMap((one) => [...one.missing, ...one.assumed])
  return new Set(counted.filter((id) => !(id in session.answers) && facts.get(id)?.ask === true))
}
