import { z } from 'zod'
import { localDay } from '../clock.ts'
import type { Determination } from '../eligibility/determine.ts'
import { parseFacts } from '../eligibility/facts.ts'
import { screen } from '../eligibility/screen.ts'
import type { Fault } from '../errors.ts'
import { invalidValues, problemSchema } from '../http/problem.ts'
import { formatNumber, LANGUAGES, type Language, type Texts } from '../i18n.ts'
import { basisSchema, citation } from './citation.ts'
import type { Api, ApiServices } from './services.ts'

const bodySchema = z.object({
  date: z.iso.date().optional().describe('the day to judge; today unless told'),
  locale: z.enum(LANGUAGES).default('vi'),
  facts: z.record(z.string(), z.unknown()).describe('null or "unknown" = not known'),
  programmes: z.array(z.string()).max(200).optional().describe('left out = all'),
})
/** What can be read of a body that is wrong elsewhere: its facts and programmes are named in the same answer. */
const partsSchema = z.object({
  facts: z.record(z.string(), z.unknown()).catch({}),
  programmes: z.array(z.unknown()).catch([]),
})

const named = z.object({ key: z.string(), text: z.string() })
const determinationSchema = z.object({
  programme: z.string(),
  kind: z.string(),
  outcome: z.enum(['eligible', 'not_eligible', 'unknown', 'needs_officer', 'not_in_force']),
  reason: z.string().optional().describe('with not_in_force: ended or not_begun'),
  version: z.string(),
  open_ended: z.boolean().describe('no end of this version is known; an officer confirms that it still holds'),
  decided_by: z.array(z.string()),
  missing: z.array(z.string()),
  assumed: z.array(z.string()),
  superseded_by: z.string().optional(),
  benefit: named
    .extend({
      values: z.record(z.string(), z.number()),
      verified: z.boolean().describe('false: the office confirms the amount'),
    })
    .nullable(),
  papers: z.array(named),
  papers_to_confirm: z.boolean(),
  where: z.string(),
  decides: z.string(),
  basis: z.array(basisSchema).min(1),
})

/** Tells what somebody may be entitled to. Open to everybody, stores nothing. */
export async function screeningRoutes(app: Api, services: ApiServices): Promise<void> {
  const { eligibility, texts, clock } = services
  app.post(
    '/screenings',
    {
      // Wrong facts are named together with whatever else is wrong, not one after the other.
      attachValidation: true,
      schema: {
        tags: ['screening'],
        summary: 'Determine programmes from facts; nothing is stored',
        body: bodySchema,
        response: {
          200: z.object({
            date: z.string(),
            determinations: z.array(determinationSchema),
            next_question: z.string().nullable(),
          }),
          422: problemSchema,
        },
      },
    },
    async (request) => {
      const body = bodySchema.safeParse(request.body)
      const parts = partsSchema.safeParse(request.body)
      const { facts: said, programmes: asked } = parts.data ?? { facts: {}, programmes: [] }
      const parsed = parseFacts(eligibility, said)
      const faults: Fault[] = [
        ...(body.error?.issues ?? []).map((issue) => ({ where: issue.path.join('.'), what: issue.message })),
        ...('faults' in parsed ? parsed.faults : []),
        ...asked.flatMap((id, index) =>
          typeof id !== 'string' || eligibility.programmes.has(id)
            ? []
            : [
                {
                  where: `programmes.${index}`,
                  what: 'there is no programme of this name; GET /api/v1/programmes lists them',
                },
              ],
        ),
      ]
      if (!body.success || 'faults' in parsed || faults.length > 0) throw invalidValues(faults)
      const { locale, programmes } = body.data
      const date = body.data.date ?? localDay(clock.now())
      const { determinations, nextQuestion } = screen(eligibility, parsed.facts, date, programmes)
      return {
        date,
        determinations: determinations.map((one) => determinationJson(texts, locale, one)),
        next_question: nextQuestion,
      }
    },
  )
}

function determinationJson(texts: Texts, locale: Language, one: Determination): z.output<typeof determinationSchema> {
  const say = (key: string, values: Record<string, unknown> = {}) =>
    texts.has(locale, key) ? texts.text(locale, key, values) : key
  const { benefit, papers, where, decides, reason, superseded_by } = one
  // In the texts figures stand as on the papers; `values` holds them as numbers.
  const figures = Object.entries(benefit?.values ?? {}).map(([name, value]) => [name, formatNumber(value)])
  return {
    programme: one.programme,
    kind: one.kind,
    outcome: one.outcome,
    ...(reason === undefined ? {} : { reason }),
    version: one.version,
    open_ended: one.open_ended,
    decided_by: one.decided_by,
    missing: one.missing,
    assumed: one.assumed,
    ...(superseded_by === undefined ? {} : { superseded_by }),
    benefit: benefit && {
      key: benefit.key,
      text: say(benefit.key, Object.fromEntries(figures)),
      values: benefit.values,
      verified: benefit.verified,
    },
    papers: papers.map(({ key }) => ({ key, text: say(key) })),
    papers_to_confirm: one.papers_to_confirm,
    where: say(where.key),
    decides: say(decides.key),
    basis: one.basis.map(citation),
  }
}
