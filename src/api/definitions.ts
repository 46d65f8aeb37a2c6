import { z } from 'zod'
import { localDay } from '../clock.ts'
import { findPlaces } from '../territory/find-places.ts'
import { isInForce, type Place } from '../territory/territory.ts'
import { TOPICS } from '../understanding/topics-file.ts'
import { programmeJson, programmeSchema, textsOf } from './programme-json.ts'
import type { Api, ApiServices } from './services.ts'

const names = z.object({ vi: z.string(), en: z.string() })
const items = <Item extends z.ZodType>(item: Item) => ({ 200: z.object({ items: z.array(item) }) })

const factSchema = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.enum(['household', 'person']),
  sensitive: z.boolean(),
  name: names,
  values: z.array(z.string()).optional(),
  unit: z.string().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  assumed: z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe('taken when the fact is left out; null in a screening says that it is not known'),
})
const unitSchema = z.object({
  id: z.string(),
  kind: z.string(),
  name: names,
  from: z.string(),
  to: z.string().nullable(),
  successor: z.string().nullable(),
  in_force: z.boolean(),
})
const communeSchema = z.object({
  code: z.string(),
  name: z.string(),
  type: z.string(),
  district: z.string().nullable().describe('before 2025-07-01'),
  former_province: z.string(),
  unit: z.string().nullable().describe('its desk'),
  via: z.string().nullable().optional().describe('the old name that led here'),
  needs_village: z.boolean().optional().describe('the old commune was split: ask for the village'),
})

/** What the rules and the routing know; open to everybody. */
export async function definitionRoutes(app: Api, services: ApiServices): Promise<void> {
  const { eligibility, territory, texts, clock } = services
  const tags = ['definitions']
  // They change with a new start of the program only.
  const programmes = { items: [...eligibility.programmes.values()].map((programme) => programmeJson(texts, programme)) }
  const programmesText = JSON.stringify(programmes)

  app.get(
    '/programmes',
    {
      schema: {
        tags,
        summary: 'Programmes with their versions, criteria and legal basis',
        response: items(programmeSchema),
      },
    },
    // Written once: a quarter of a megabyte anew for every call would hold up the others.
    async (_request, reply) => reply.serializer(() => programmesText).send(programmes),
  )

  app.get(
    '/facts',
    { schema: { tags, summary: 'The vocabulary of screenings', response: items(factSchema) } },
    async () => ({
      items: [...eligibility.facts.values()].map(
        ({ id, type, subject, sensitive, values, unit, min, max, assumed }) => ({
          id,
          type,
          subject: subject === 'h' ? ('household' as const) : ('person' as const),
          sensitive,
          name: textsOf(texts, [`facts.${id}.label`], id),
          ...(values ? { values } : {}),
          ...(unit === undefined ? {} : { unit }),
          ...(min === undefined ? {} : { min }),
          ...(max === undefined ? {} : { max }),
          ...(assumed === undefined ? {} : { assumed }),
        }),
      ),
    }),
  )

  app.get(
    '/topics',
    {
      schema: {
        tags,
        summary: 'Topics of talk and tickets',
        response: items(z.object({ id: z.string(), name: names })),
      },
    },
    async () => ({
      items: TOPICS.map((id) => ({
        id,
        name: textsOf(texts, [`topics.${id}`, `topics.${id}.name`, `topics.name.${id}`], id),
      })),
    }),
  )

  app.get(
    '/units',
    { schema: { tags, summary: 'Units, also those that ended', response: items(unitSchema) } },
    async () => {
      const today = localDay(clock.now())
      return {
        items: territory.units.map((unit) => ({
          id: unit.id,
          kind: unit.kind,
          name: unit.name,
          from: unit.from,
          to: unit.to,
          successor: unit.successor,
          in_force: isInForce(unit, today),
        })),
      }
    },
  )

  app.get(
    '/communes',
    {
      schema: {
        tags,
        summary: 'Communes of today, or those that a name, new or old, may mean',
        querystring: z.object({ q: z.string().max(200).optional() }),
        response: items(communeSchema),
      },
    },
    async (request) => {
      const json = (place: Place) => ({
        code: place.code,
        name: place.name,
        type: place.type,
        district: place.district,
        former_province: place.formerProvince,
        unit: territory.deskByPlace.get(place.key)?.id ?? null,
      })
      const { q = '' } = request.query
      if (q.trim() === '') return { items: territory.places.filter((place) => place.to === null).map(json) }
      return {
        items: findPlaces(territory, q, 10).map(({ place, via, needsVillage }) => ({
          ...json(place),
          via: via?.name ?? null,
          needs_village: needsVillage,
        })),
      }
    },
  )
}
