import type { Determination } from '../eligibility/determine.ts'
import { explain, type Line } from '../eligibility/explain.ts'
import { screen } from '../eligibility/screen.ts'
import { type Change, whatWouldChange } from '../eligibility/what-would-change.ts'
import type { Words } from './effects.ts'
import { saidFacts, screenAnswers } from './form.ts'
import type { Session } from './session.ts'
import { type Turn, wordsOf } from './situation.ts'

const BASIS = /^reasons\.line\.(?:basis|basis_document|open_ended)$/
const RELATED = /^reasons\.line\.related/
const HELPS: readonly string[] = ['eligible', 'needs_officer']
/** More other programmes than these confuse. */
const MOST_RELATED = 3

/** Everything about one programme but its basis, which is one tap away. */
export function detailLines(turn: Turn, session: Session, programme: string): Words[] {
  const determination = determinationOf(turn, session, programme)
  if (determination === undefined) return []
  const { eligibility } = turn.definitions
  const lines = explain(eligibility, determination).filter(({ key }) => !BASIS.test(key))
  if (determination.outcome !== 'not_eligible') return lines
  const changes = changeLines(turn, session, programme)
  const own = lines.filter(({ key }) => !RELATED.test(key) && (changes.length === 0 || key !== changeKey(programme)))
  return [...own, ...changes, ...otherHelp(turn, session, determination)]
}

/** The documents and articles on which the outcome rests. */
export function basisLines(turn: Turn, session: Session, programme: string): Words[] {
  const determination = determinationOf(turn, session, programme)
  if (determination === undefined) return []
  const cited = explain(turn.definitions.eligibility, determination).filter(({ key }) => BASIS.test(key))
  const name: Line = { key: 'check.basis.of', values: { nameKey: `programmes.${programme}.name` } }
  return [name, ...cited]
}

function determinationOf(turn: Turn, session: Session, programme: string): Determination | undefined {
  return screenAnswers(turn, session).determinations.find((one) => one.programme === programme)
}

function changeKey(programme: string): string {
  return `programmes.${programme}.change`
}

function changeLines(turn: Turn, session: Session, id: string): Words[] {
  const { eligibility } = turn.definitions
  const programme = eligibility.programmes.get(id)
  const changes = programme ? whatWouldChange(programme, saidFacts(turn, session), turn.situation.today) : []
  if (changes.length === 0) return []
  const told = changes.map((change) => `• ${wordsOf(turn, session, changeWords(turn, session, change))}`)
  return [`${wordsOf(turn, session, { key: 'check.change.intro' })}\n${told.join('\n')}`]
}

function changeWords(turn: Turn, session: Session, { fact, how, values }: Change): Words {
  const key = `check.change.${how}`
  if (how === 'time') return { key, values: { value: values[0] } }
  if (how === 'paper') return { key, values: { factKey: `facts.${fact}.assumed` } }
  const list = values.map((value) => wordsOf(turn, session, { key: `facts.${fact}.values.${value}` }))
  return { key, values: { list: list.join(', ') } }
}

/** Of the programmes named as related, and of the same topic, those that may help this person. */
function otherHelp(turn: Turn, session: Session, { programme }: Determination): Words[] {
  const { eligibility } = turn.definitions
  const own = eligibility.programmes.get(programme)
  const sameTopic = [...eligibility.programmes.values()].filter((one) => one.topic === own?.topic).map(({ id }) => id)
  const near = [...new Set([...(own?.related ?? []), ...sameTopic])].filter((id) => id !== programme)
  if (near.length === 0) return []
  const { determinations } = screen(eligibility, saidFacts(turn, session), turn.situation.today, near)
  const rank = (one: Determination) => (HELPS.includes(one.outcome) ? 0 : 1)
  const helping = determinations
    .filter((one) => HELPS.includes(one.outcome) || one.outcome === 'unknown')
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, MOST_RELATED)
  if (helping.length === 0) return []
  const names = helping.map((one) => `• ${wordsOf(turn, session, { key: `programmes.${one.programme}.name` })}`)
  return [`${wordsOf(turn, session, { key: 'reasons.line.related_intro' })}\n${names.join('\n')}`]
}
