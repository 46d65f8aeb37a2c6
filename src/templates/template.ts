/**
 * Ready-made words for replies: what `flows/reply-templates.yaml` may hold. A template that speaks of a programme names
 * the version it was written for; once another version is in force it is flagged until somebody has read it again. Pure.
 */
import { z } from 'zod'
import { programmeOn } from '../eligibility/on-day.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Language, Texts } from '../i18n.ts'
import { valueSchema } from '../knowledge/article.ts'
import { type Line, resolveValue, versionOn } from '../knowledge/placeholders.ts'
import { wordsOfLine } from '../knowledge/words.ts'

const id = z.string().regex(/^[a-z][a-z0-9_]*$/, 'write an id in small letters, digits and _')

const templateSchema = z
  .strictObject({
    id,
    /** A topic of `flows/topics.yaml`; left out: fits every ticket. */
    topic: id.optional(),
    programme: id.optional(),
    /** The version of the programme whose rules the words were written for. */
    version: z.string().optional(),
    /** Part of the text keys `templates.<text>.title` and `templates.<text>.body`. */
    text: id,
    /** Placeholders that come from the rules, besides `number`, `unit`, `papers`, `where` and `decides`. */
    values: z.record(z.string(), valueSchema).default({}),
  })
  .refine(({ programme, version }) => (programme === undefined) === (version === undefined), {
    path: ['version'],
    error: 'name a programme and its version together',
  })
export type ReplyTemplate = Readonly<z.output<typeof templateSchema>>

export const templatesFileSchema = z.strictObject({ templates: z.array(templateSchema).min(1) })

/** Why a template is not simply good to send. */
export type TemplateFlaw =
  /** Another version of the programme is in force, or none. */
  | 'rule-changed'
  /** A figure of it is not verified for the day. */
  | 'figure-missing'

export interface FilledTemplate {
  id: string
  title: string
  /** What goes into the reply; null when a figure of it is missing. */
  text: string | null
  flaw: TemplateFlaw | null
}

/** Whether the words were written for a version that is no longer, or not yet, in force. */
export function isStale(template: ReplyTemplate, definitions: EligibilityDefinitions, day: string): boolean {
  if (template.programme === undefined) return false
  return versionOn(definitions.programmes.get(template.programme), day)?.id !== template.version
}

export function fits(template: ReplyTemplate, topic: string): boolean {
  return template.topic === undefined || template.topic === topic
}

/** A template with everything filled in for one ticket on one day, in the citizen's language. */
export function fillTemplate(
  template: ReplyTemplate,
  { eligibility, texts }: { eligibility: EligibilityDefinitions; texts: Texts },
  ticket: { number: string; unit: string },
  language: Language,
  day: string,
): FilledTemplate {
  const title = texts.text(language, `templates.${template.text}.title`)
  const figures = Object.entries(template.values).map(([name, rule]) => [
    name,
    resolveValue(eligibility, rule, day)?.value,
  ])
  const known = figures.filter((pair): pair is [string, string | Line] => pair[1] !== undefined)
  const flaw = isStale(template, eligibility, day)
    ? 'rule-changed'
    : known.length < figures.length
      ? 'figure-missing'
      : null
  if (known.length < figures.length) return { id: template.id, title, text: null, flaw }
  const values = {
    ...ticket,
    ...fromProgramme(template, { eligibility, texts }, language, day),
    ...Object.fromEntries(
      known.map(([name, value]) => [name, typeof value === 'string' ? value : wordsOfLine(texts, language, value)]),
    ),
  }
  return { id: template.id, title, text: texts.text(language, `templates.${template.text}.body`, values), flaw }
}

/** Papers that nobody verified are left out; the office then says which. */
function fromProgramme(
  template: ReplyTemplate,
  { eligibility, texts }: { eligibility: EligibilityDefinitions; texts: Texts },
  language: Language,
  day: string,
): Record<string, string> {
  const programme = eligibility.programmes.get(template.programme ?? '')
  if (programme === undefined) return {}
  const { papers, papersToConfirm, where, decides } = programmeOn(programme, day)
  const say = (key: string) => texts.text(language, key)
  const lines = [
    ...papers.map(({ key }) => `• ${say(key)}`),
    ...(papersToConfirm || papers.length === 0 ? [`• ${say('templates.papersOffice')}`] : []),
  ]
  return { papers: lines.join('\n'), where: say(where.key), decides: say(decides.key) }
}
