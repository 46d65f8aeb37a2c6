/** The form of a policy message with everything that it offers, and the look at what it would send. */
import { audienceSchema, type BroadcastContent } from '../broadcasts/broadcast.ts'
import { previewAudience } from '../broadcasts/preview.ts'
import { templatePrice } from '../broadcasts/read-broadcast.ts'
import type { Broadcast } from '../broadcasts/store.ts'
import { localDay } from '../clock.ts'
import { unitsInForce } from '../territory/territory.ts'
import type { OfficerVisit } from './admin-visit.ts'
import type { FormFault, PlaceOffer } from './broadcast-communes.ts'
import { filePreview } from './broadcast-file.ts'
import { BUTTON_PLACES, type DraftForm, FORM_OUTCOMES, flipOf, STATUS_SOURCES } from './broadcast-form.ts'
import { bubblesOf, type FilePreview, lengthLines, planWords, startOf, textLimits } from './broadcast-preview.ts'
import {
  audienceLines,
  BROADCASTS_PATH,
  broadcastSay,
  broadcastTitle,
  communeOf,
  faultWords,
  STYLES,
} from './broadcast-words.ts'
import { textOr, topicName, unitName } from './names.ts'
import { programmeName } from './village-words.ts'
import type { ConsoleServices } from './visit.ts'

export interface ShownDraft {
  form: DraftForm
  unit: string
  /** Null: not kept yet. */
  broadcast: Broadcast | null
  /** Of the content that the form began with. */
  hash: string
  faults?: readonly FormFault[]
  offers?: readonly PlaceOffer[]
  notice?: { tone: string; words: string } | null
  content?: BroadcastContent | null
}

/** Fields of the form that have a place for what is wrong with them. */
const FIELDS = new Set([
  'kind',
  'topic',
  'unit',
  'vi',
  'en',
  'link',
  'file',
  'button_0',
  'button_1',
  'button_2',
  'commune_words',
  'statuses',
  'age_from',
  'age_to',
  'programme',
  'outcomes',
  'day',
  'differs_from',
  'topics',
  'last_contact',
  'schedule',
  'not_after',
  'template',
  'params',
])

export function householdStatuses({ eligibility }: Pick<ConsoleServices, 'eligibility'>): string[] {
  return (eligibility.facts.get('household_status')?.values ?? []).map(String)
}

export function fileOf({ sql }: Pick<ConsoleServices, 'sql'>, form: DraftForm): Promise<FilePreview | null> {
  return filePreview(sql, form.attachment === '' ? null : form.attachment)
}

/** How it looks and whom it reaches; null while the form means nothing yet. */
export async function lookAt(
  services: ConsoleServices,
  visit: OfficerVisit,
  given: { content: BroadcastContent | null; corrects: string | null; file: FilePreview | null },
) {
  const { content, corrects, file } = given
  if (content === null) return null
  const now = services.clock.now()
  const preview = await previewAudience(services, content, { corrects, now })
  const price = await templatePrice(services.sql, { content })
  return {
    bubbles: bubblesOf(services, visit, content, file),
    plan: planWords(services, visit, { preview, content, startAt: startOf(content, now), price }),
  }
}

export async function draftView(
  services: ConsoleServices,
  visit: OfficerVisit,
  { form, unit, broadcast, hash, faults = [], offers = [], notice = null, content = null }: ShownDraft,
) {
  const { clock, territory, eligibility, texts, broadcasting } = services
  const say = broadcastSay(services, visit)
  const { language } = visit
  const corrects = broadcast?.corrects ?? null
  const file = await fileOf(services, form)
  const words: Record<string, string[]> = {}
  for (const fault of faults) words[fault.field] = [...(words[fault.field] ?? []), faultWords(say, fault)]
  const byName = <Option extends { label: string }>(options: Option[]) =>
    options.sort((one, other) => one.label.localeCompare(other.label, 'vi'))
  const topics = byName(
    [...territory.routing.topics.keys()].map((value) => ({ value, label: topicName(texts, language, value) })),
  )
  const programmes = byName(
    [...eligibility.programmes.keys()].map((value) => ({ value, label: programmeName(services, visit, value) })),
  )
  const today = localDay(clock.now())
  const units = byName(
    unitsInForce(territory, today)
      .filter((one) => one.kind !== 'commune_desk' || one.id === unit)
      .map(({ id }) => ({ value: id, label: unitName(territory, language, id) })),
  )
  const path = broadcast === null ? `${BROADCASTS_PATH}/new` : `${BROADCASTS_PATH}/${broadcast.id}/edit`
  return {
    title: say(broadcast === null ? 'newTitle' : 'editTitle'),
    styles: STYLES,
    say,
    action: path,
    back: broadcast === null ? BROADCASTS_PATH : `${BROADCASTS_PATH}/${broadcast.id}`,
    about: broadcast === null ? '' : broadcastTitle(broadcast.content),
    notice,
    voids: broadcast !== null && broadcast.approverId !== null,
    corrects,
    hash,
    form,
    flip: audienceLines(services, visit, audienceSchema.safeParse(flipOf(form.flip)).data ?? {})[0] ?? null,
    unit,
    units,
    faults: words,
    isFaulty: faults.length > 0,
    loose: faults.filter(({ field }) => !FIELDS.has(field)).map((fault) => faultWords(say, fault)),
    offers: offers.map((offer) => ({
      words: offer.words,
      places: offer.places.map(({ code, via }) => ({
        code,
        name: communeOf(territory, code),
        via: via === null ? '' : say('audience.via', { name: communeOf(territory, via) }),
      })),
    })),
    communes: form.communes.map((code) => ({ code, name: communeOf(territory, code) })),
    statuses: householdStatuses(services).map((value) => ({
      value,
      label: textOr(texts, language, [`facts.household_status.values.${value}`], value),
      source: form.statuses[value] ?? '',
    })),
    sources: STATUS_SOURCES.map((value) => ({ value, label: say(`audience.source.${value}`) })),
    outcomes: FORM_OUTCOMES.map((value) => ({ value, label: visit.t(`outcome.${value}`) })),
    topics,
    programmes,
    buttonPlaces: BUTTON_PLACES,
    lengths: {
      vi: lengthLines(say, broadcasting, form.vi, form.link),
      en: lengthLines(say, broadcasting, form.en, form.link),
    },
    limits: JSON.stringify(textLimits(broadcasting)),
    file,
    templates: await templatesOf(services, form.template),
    looked: await lookAt(services, visit, { content, corrects, file }),
  }
}

/** Templates that the channel approved; empty when there is no such channel or it does not say. */
async function templatesOf(
  { accountCare }: ConsoleServices,
  chosen: string,
): Promise<{ value: string; label: string }[]> {
  const purposes = (await accountCare?.purposes()) ?? []
  const known = purposes.flatMap(({ chosen: one }) =>
    one === null ? [] : [{ value: one.templateId, label: one.name }],
  )
  const isKnown = chosen === '' || known.some(({ value }) => value === chosen)
  return isKnown ? known : [...known, { value: chosen, label: chosen }]
}
