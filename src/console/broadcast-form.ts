/**
 * The form of a policy message: what an editor typed, and the content that it means. Pure. Whatever cannot be read comes
 * back as a fault beside its field, with everything typed as it was.
 */
import { type Audience, type BroadcastContent, contentSchema } from '../broadcasts/broadcast.ts'
import { communesOf } from '../broadcasts/places.ts'
import { localDay } from '../clock.ts'
import type { Territory } from '../territory/territory.ts'
import { type FormFault, type PlaceOffer, readCommunes } from './broadcast-communes.ts'

export const BUTTON_PLACES = [0, 1, 2] as const
export const STATUS_SOURCES = ['any', 'verified', 'said'] as const
export const FORM_OUTCOMES = ['eligible', 'needs_officer', 'unknown', 'not_eligible', 'not_in_force'] as const

/** As typed: one field of the form each, those that can be given several times as lists. */
export interface DraftForm {
  kind: string
  topic: string
  vi: string
  en: string
  link: string
  /** `screening`, `topic:<id>`, `programme:<id>` or nothing. */
  buttons: string[]
  communes: string[]
  commune_words: string
  areas: string[]
  /** Household status → source, of those that are asked for. */
  statuses: Record<string, string>
  age_from: string
  age_to: string
  programme: string
  outcomes: string[]
  day: string
  differs_from: string
  /** `programme day kind,kind`: of a message that a change of the rules gave; not typed. */
  flip: string
  topics: string[]
  last_contact: string
  include_unknown: boolean
  schedule: string
  not_after: string
  catch_up: string
  template: string
  params: string
  attachment: string
}

export type ReadForm = { form: DraftForm; offers: PlaceOffer[] } & (
  | { content: BroadcastContent }
  | { content: null; faults: FormFault[] }
)

type Values = ReadonlyMap<string, readonly string[]>

const LONGEST_FIELD = 20_000
const MOST_LISTED = 300

export function draftFormOf(values: Values, statuses: readonly string[]): DraftForm {
  const one = (name: string) => (values.get(name)?.at(-1) ?? '').slice(0, LONGEST_FIELD)
  const many = (name: string) => (values.get(name) ?? []).filter((value) => value !== '').slice(0, MOST_LISTED)
  return {
    kind: one('kind'),
    topic: one('topic'),
    vi: one('vi').replaceAll('\r\n', '\n'),
    en: one('en').replaceAll('\r\n', '\n'),
    link: one('link').trim(),
    buttons: BUTTON_PLACES.map((place) => one(`button_${place}`)),
    communes: many('communes'),
    commune_words: one('commune_words'),
    areas: many('areas'),
    statuses: Object.fromEntries(
      statuses.flatMap((status) => (one(`status_${status}`) === '' ? [] : [[status, one(`status_${status}`)]])),
    ),
    age_from: one('age_from').trim(),
    age_to: one('age_to').trim(),
    programme: one('programme'),
    outcomes: many('outcomes'),
    day: one('day'),
    differs_from: one('differs_from'),
    flip: one('flip'),
    topics: many('topics'),
    last_contact: one('last_contact').trim(),
    include_unknown: one('include_unknown') === 'yes',
    schedule: one('schedule'),
    not_after: one('not_after'),
    catch_up: one('catch_up'),
    template: one('template').trim(),
    params: one('params').replaceAll('\r\n', '\n'),
    attachment: one('drop_attachment') === 'yes' ? '' : one('attachment'),
  }
}

export function emptyForm(now: Date): DraftForm {
  const form = draftFormOf(new Map(), [])
  return { ...form, kind: 'information', catch_up: 'send', outcomes: ['eligible'], day: localDay(now) }
}

/** The form that would give this content. */
export function formOfContent(content: BroadcastContent): DraftForm {
  const { audience } = content
  return {
    kind: content.kind,
    topic: content.topic,
    vi: content.texts.vi.text,
    en: content.texts.en?.text ?? '',
    link: content.link ?? '',
    buttons: BUTTON_PLACES.map((place) => {
      const button = content.buttons[place]
      if (button === undefined) return ''
      return button.opens === 'screening' ? 'screening' : `${button.opens}:${button.id ?? ''}`
    }),
    communes: [...(audience.communes ?? [])],
    commune_words: '',
    areas: [...(audience.areas ?? [])],
    statuses: Object.fromEntries((audience.household_status ?? []).map(({ status, source }) => [status, source])),
    age_from: audience.ages === undefined ? '' : String(audience.ages.from),
    age_to: audience.ages === undefined ? '' : String(audience.ages.to),
    programme: audience.programme?.id ?? '',
    outcomes: [...(audience.programme?.outcomes ?? ['eligible'])],
    day: audience.programme?.day ?? '',
    differs_from: audience.programme?.differs_from ?? '',
    flip: flipField(audience.flip),
    topics: [...(audience.topics ?? [])],
    last_contact: String(audience.last_contact_within_days ?? ''),
    include_unknown: audience.include_unknown === true,
    schedule: localMinute(content.schedule),
    not_after: localMinute(content.not_after),
    catch_up: content.catch_up,
    template: content.zalo_template?.id ?? '',
    params: Object.entries(content.zalo_template?.params ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    attachment: content.attachment ?? '',
  }
}

/** What the form means. Typed commune names that are clear become chosen communes of the form that comes back. */
export function readDraftForm(given: DraftForm, territory: Territory): ReadForm {
  const named = readCommunes(given.commune_words, territory)
  const communes = [
    ...new Set([...given.communes.filter((code) => communesOf(territory, code) !== null), ...named.codes]),
  ]
  const form = { ...given, communes, commune_words: named.left.join('\n') }
  const faults: FormFault[] = [...named.faults]
  const number = (field: 'age_from' | 'age_to' | 'last_contact', least: number, most: number) => {
    if (form[field] === '') return undefined
    const value = Number(form[field])
    if (Number.isInteger(value) && value >= least && value <= most) return value
    faults.push({ field, code: 'number', values: { least, most } })
    return undefined
  }
  const audience: Audience = {
    ...(communes.length > 0 && { communes }),
    ...(form.areas.length > 0 && { areas: form.areas as ('urban' | 'rural')[] }),
    ...(Object.keys(form.statuses).length > 0 && {
      household_status: Object.entries(form.statuses).map(([status, source]) => ({
        status,
        source: source as (typeof STATUS_SOURCES)[number],
      })),
    }),
    ...agesOf(number('age_from', 0, 130), number('age_to', 0, 130), faults),
    ...programmeOf(form, faults),
    ...flipOf(form.flip),
    ...(form.topics.length > 0 && { topics: form.topics }),
    ...lastContactOf(number('last_contact', 1, 3650)),
    ...(form.include_unknown && { include_unknown: true }),
  }
  if (form.vi.trim() === '') faults.push({ field: 'vi', code: 'noText' })
  if (form.topic === '') faults.push({ field: 'topic', code: 'noTopic' })
  if (form.link !== '' && !/^https:\/\/[^\s]+\.[^\s]+$/.test(form.link)) faults.push({ field: 'link', code: 'link' })
  const template = templateOf(form, faults)
  const moment = (field: 'schedule' | 'not_after') => {
    if (form[field] === '') return null
    const at = new Date(`${form[field]}:00+07:00`)
    if (!Number.isNaN(at.getTime()) && /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(form[field])) return `${form[field]}:00+07:00`
    faults.push({ field, code: 'moment' })
    return null
  }
  const read = contentSchema.safeParse({
    kind: form.kind,
    topic: form.topic,
    texts: { vi: { text: form.vi }, ...(form.en.trim() !== '' && { en: { text: form.en } }) },
    link: form.link === '' ? null : form.link,
    attachment: form.attachment === '' ? null : form.attachment,
    buttons: form.buttons.filter((button) => button !== '').map(buttonOf),
    audience,
    schedule: moment('schedule'),
    not_after: moment('not_after'),
    catch_up: form.catch_up === 'skip' ? 'skip' : 'send',
    zalo_template: template,
  })
  if (!read.success && faults.length === 0) {
    faults.push(...read.error.issues.map(({ path }) => ({ field: fieldAt(path.join('.')), code: 'notUnderstood' })))
  }
  const offers = named.offers
  if (read.success && faults.length === 0) return { form, offers, content: read.data }
  return { form, offers, content: null, faults }
}

/** The field of the form that a place in the content stands in. */
export function fieldAt(where: string): string {
  const [first = '', second = '', third = ''] = where.split('.')
  if (first === 'texts') return second
  if (first === 'buttons') return `button_${second}`
  if (first === 'zalo_template') return second === 'params' ? 'params' : 'template'
  if (first !== 'audience') return first
  if (second === 'communes') return 'commune_words'
  if (second === 'household_status') return 'statuses'
  if (second === 'ages') return 'age_from'
  if (second === 'last_contact_within_days') return 'last_contact'
  if (second === 'programme') return third === 'day' || third === 'differs_from' ? third : 'programme'
  return second === '' ? 'audience' : second
}

function buttonOf(value: string): { opens: string; id: string | null } {
  const at = value.indexOf(':')
  return at < 0 ? { opens: value, id: null } : { opens: value.slice(0, at), id: value.slice(at + 1) }
}

function agesOf(from: number | undefined, to: number | undefined, faults: FormFault[]): Pick<Audience, 'ages'> {
  if (from === undefined && to === undefined) return {}
  const ages = { from: from ?? 0, to: to ?? 130 }
  if (ages.from <= ages.to) return { ages }
  faults.push({ field: 'age_to', code: 'agesBackwards' })
  return {}
}

function lastContactOf(days: number | undefined): Pick<Audience, 'last_contact_within_days'> {
  return days === undefined ? {} : { last_contact_within_days: days }
}

function programmeOf(form: DraftForm, faults: FormFault[]): Pick<Audience, 'programme'> {
  if (form.programme === '') return {}
  const isDay = (day: string) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))
  if (!isDay(form.day)) faults.push({ field: 'day', code: 'noDay' })
  if (form.outcomes.length === 0) faults.push({ field: 'outcomes', code: 'noOutcome' })
  if (form.differs_from !== '' && !isDay(form.differs_from)) faults.push({ field: 'differs_from', code: 'noDay' })
  const differs = form.differs_from === '' ? {} : { differs_from: form.differs_from }
  const outcomes = form.outcomes as (typeof FORM_OUTCOMES)[number][]
  return { programme: { id: form.programme, outcomes, day: form.day, ...differs } }
}

type Flip = NonNullable<Audience['flip']>

function flipField(flip: Flip | undefined): string {
  if (flip === undefined) return ''
  return [flip.programme, flip.day, ...(flip.kinds === undefined ? [] : [flip.kinds.join(',')])].join(' ')
}

/** Never left out when it cannot be read: then the message would go to everybody. */
export function flipOf(field: string): Pick<Audience, 'flip'> {
  if (field === '') return {}
  const [programme = '', day = '', kinds] = field.split(' ')
  return { flip: { programme, day, ...(kinds !== undefined && { kinds: kinds.split(',') as Flip['kinds'] }) } }
}

function templateOf(form: DraftForm, faults: FormFault[]): BroadcastContent['zalo_template'] {
  const lines = form.params.split('\n').filter((line) => line.trim() !== '')
  if (form.template === '') {
    if (lines.length > 0) faults.push({ field: 'template', code: 'paramsWithoutTemplate' })
    return null
  }
  const wrong = lines.find((line) => !/^\s*[\w.-]+\s*=/.test(line))
  if (wrong !== undefined) faults.push({ field: 'params', code: 'params', values: { line: wrong.slice(0, 60) } })
  const params = lines.map((line) => {
    const at = line.indexOf('=')
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const
  })
  return { id: form.template, params: Object.fromEntries(params) }
}

/** `2026-11-24T08:00` in Hưng Yên, as a field for a moment takes it. */
function localMinute(at: string | null): string {
  if (at === null) return ''
  return new Date(new Date(at).getTime() + 7 * 3_600_000).toISOString().slice(0, 16)
}
