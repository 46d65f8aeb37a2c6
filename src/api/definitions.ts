import { z } from 'zod'
import { localDay } from '../clock.ts'
import { findPlaces } from '../territory/find-places.ts'
import { isInForce, type Place } from '../territory/territory.ts'
import { TOPICS } from '../understanding/topics-file.ts'
import type { Api, ApiServices } from './services.ts'

const names = z.object({ vi: z.string(), en: z.string() })
const items = <Item extends z.ZodType>(item: Item) => ({ 200: z.object({ items: z.array(item) }) })

const programmeSchema = z.object({
  id: z.string(),
  kind: z.string(),
  topic: z.string(),
  name: names,
  versions: z.array(z.object({ id: z.string(), from: z.string(), to: z.string().nullable(), confidence: z.string() })),
})
const factSchema = z.object({
  id: z.string(),
  type: z.string(),
  values: z.array(z.string()).optional(),
  unit: z.string().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  assumed: z.union([z.string(), z.number(), z.boolean()]).optional(),
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
  const bothNames = (keys: readonly string[], id: string) => {
    const key = keys.find((candidate) => texts.has('vi', candidate))
    if (key === undefined) return { vi: id, en: id }
    return { vi: texts.text('vi', key), en: texts.has('en', key) ? texts.text('en', key) : texts.text('vi', key) }
  }

  app.get(
    '/programmes',
    { schema: { tags, summary: 'Programmes and their versions', response: items(programmeSchema) } },
    async () => ({
      items: [...eligibility.programmes.values()].map((programme) => ({
        id: programme.id,
        kind: programme.kind,
        topic: programme.topic,
        name: bothNames([`programmes.${programme.id}.name`, `programmes.${programme.id}.title`], programme.id),
        versions: programme.versions.map(({ id, from, to, confidence }) => ({ id, from, to, confidence })),
      })),
    }),
  )

  app.get(
    '/facts',
    { schema: { tags, summary: 'The vocabulary of screenings', response: items(factSchema) } },
    async () => ({
      items: [...eligibility.facts.values()].map(({ id, type, values, unit, min, max, assumed }) => ({
        id,
        type,
        ...(values ? { values } : {}),
        ...(unit === undefined ? {} : { unit }),
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
        ...(assumed === undefined ? {} : { assumed }),
      })),
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
        name: bothNames([`topics.${id}`, `topics.${id}.name`, `topics.name.${id}`], id),
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
