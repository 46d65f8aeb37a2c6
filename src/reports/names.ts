import type { Language, Texts } from '../i18n.ts'
import { fullName, type Territory } from '../territory/territory.ts'
import { UNKNOWN } from './count-requests.ts'
import type { Naming } from './report.ts'

/** What the keys of a report are called in a language. A key without a name is shown as it is. */
export function namingOf({ territory, texts }: { territory: Territory; texts: Texts }, language: Language): Naming {
  const textOr = (key: string, otherwise: string) => (texts.has(language, key) ? texts.text(language, key) : otherwise)
  return (grouping, key) => {
    if (key === UNKNOWN) return texts.text(language, `reports.unknown.${grouping}`)
    switch (grouping) {
      case 'commune':
        return communeName(territory, key, (name) => texts.text(language, 'reports.communeBefore', { name }))
      case 'unit':
      case 'department':
        return territory.unitById.get(key)?.name[language] ?? key
      case 'month':
        return `${key.slice(5)}/${key.slice(0, 4)}`
      case 'topic':
        return textOr(`topics.${key}.name`, textOr(`reports.dimension.${key}`, key))
      case 'total':
        return texts.text(language, 'reports.total')
      default:
        return textOr(`reports.${grouping}.${key}`, key)
    }
  }
}

/** `key`: code of a commune of today, or `<code>@<from>` of one that has no single successor. */
function communeName(territory: Territory, key: string, before: (name: string) => string): string {
  const old = territory.places.find((place) => place.to !== null && place.key === key)
  if (old !== undefined) return before(fullName(old))
  const place = territory.placesByCode.get(key)?.find((one) => one.to === null)
  return place === undefined ? key : fullName(place)
}
