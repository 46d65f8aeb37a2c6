/** What templates refer to, and which of them the law has left behind. Pure. */
import { inForce } from '../eligibility/basis.ts'
import { leavesOf } from '../eligibility/criteria.ts'
import type { EligibilityDefinitions } from '../eligibility/programme.ts'
import type { Fault } from '../errors.ts'
import { LANGUAGES, type Texts } from '../i18n.ts'
import { isStale, type ReplyTemplate } from './template.ts'

const where = (template: ReplyTemplate) => `flows/reply-templates.yaml: ${template.id}`

/** Ids told twice, and programmes, versions, topics, figures and texts that do not exist. */
export function checkTemplates(
  templates: readonly ReplyTemplate[],
  { eligibility, texts }: { eligibility: EligibilityDefinitions; texts: Texts },
  topics: ReadonlySet<string>,
): Fault[] {
  return templates.flatMap((template, place) => {
    const { id, topic, programme, version, values, text } = template
    const faults: string[] = []
    if (templates.findIndex((other) => other.id === id) < place) faults.push('this id is used twice')
    if (topic !== undefined && !topics.has(topic)) faults.push(`there is no topic ${topic}`)
    const known = programme === undefined ? undefined : eligibility.programmes.get(programme)
    if (programme !== undefined && known === undefined) faults.push(`there is no programme ${programme}`)
    if (known && !known.versions.some((one) => one.id === version)) {
      faults.push(`${programme} has no version ${version}; it has ${known.versions.map((one) => one.id).join(', ')}`)
    }
    if (known && topic !== undefined && known.topic !== topic) faults.push(`${programme} belongs to ${known.topic}`)
    for (const rule of Object.values(values)) {
      if ('programme' in rule && !isFigure(eligibility, rule)) faults.push(`${rule.programme} has no such figure`)
    }
    for (const language of LANGUAGES) {
      for (const part of ['title', 'body']) {
        const key = `templates.${text}.${part}`
        if (!texts.has(language, key)) faults.push(`text ${key} is missing in locales/${language}`)
        else
          faults.push(
            ...strangePlaceholders(template, texts.text(language, key, {})).map(
              (one) => `${key}: nothing fills {{${one}}}`,
            ),
          )
      }
    }
    return faults.map((what) => ({ where: where(template), what }))
  })
}

function strangePlaceholders({ programme, values }: ReplyTemplate, text: string): string[] {
  const ofProgramme = programme === undefined ? [] : ['papers', 'where', 'decides']
  const filled = new Set(['number', 'unit', ...ofProgramme, ...Object.keys(values)])
  return [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].flatMap(([, name = '']) => (filled.has(name) ? [] : [name]))
}

function isFigure(
  { programmes }: EligibilityDefinitions,
  rule: { programme: string } & ({ amount: string; benefit?: string | undefined } | { criterion: string }),
): boolean {
  const versions = programmes.get(rule.programme)?.versions ?? []
  return versions.some((version) =>
    'criterion' in rule
      ? leavesOf(version.rule).some((leaf) => leaf.id === rule.criterion)
      : version.benefit.some(
          ({ key, amounts }) =>
            (rule.benefit === undefined || rule.benefit === key) && amounts.some(({ name }) => name === rule.amount),
        ),
  )
}

/** Templates whose programme changed since they were written, or changes within the days to come. */
export function staleTemplates(
  templates: readonly ReplyTemplate[],
  eligibility: EligibilityDefinitions,
  day: string,
): Fault[] {
  return templates
    .filter((template) => isStale(template, eligibility, day))
    .map((template) => {
      const versions = eligibility.programmes.get(template.programme ?? '')?.versions ?? []
      const now = versions.find((version) => inForce(version, day))?.id ?? 'no version'
      const what = `written for version ${template.version} of ${template.programme}, but ${now} is in force: read it again and name the version it now fits`
      return { where: where(template), what }
    })
}
