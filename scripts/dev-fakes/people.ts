import type { CarriedFile } from './line.ts'

export type ChannelId = 'telegram' | 'zalo'

/** One message in a made-up person's chat, as they see it. */
export interface Entry {
  id: number
  /** The channel's own number of a message that the product sent. */
  messageId: string
  from: 'person' | 'bot' | 'office' | 'system'
  at: string
  text: string
  buttons: { label: string; data: string }[]
  /** The label of the button that gives the phone's own number. */
  asksPhone: string | null
  /** Zalo's form for name and phone. */
  asksContact: boolean
  file: { name: string; type: string; bytes: number; id: string } | null
  /** Set where the channel shows an approved template instead of talk. */
  template: { name: string; values: Record<string, string> } | null
}

export interface Person {
  id: string
  name: string
  phone: string
  /** False while they block the bot or do not follow the account. */
  isHere: boolean
  entries: Entry[]
}

const NAMES = [
  ['Bà Cúc', '84912000101'],
  ['Anh Nam', '84912000102'],
  ['Chị Hoa', '84912000103'],
  ['Ông Tư', '84912000104'],
] as const

const ENTRIES_KEPT = 200

export interface People {
  readonly all: readonly Person[]
  find(id: string): Person | undefined
  /** Puts a message into a person's chat. */
  add(person: Person, entry: Partial<Omit<Entry, 'id' | 'file'>> & { file?: CarriedFile | null }): Entry
  file(id: string): CarriedFile | undefined
}

/** The same people on every channel, so that joining accounts can be tried. */
export function createPeople(
  channel: ChannelId,
  idOf: (place: number) => string,
  now: () => Date,
  changed: () => void,
): People {
  const all = NAMES.map(([name, phone], place): Person => {
    return { id: idOf(place), name, phone, isHere: true, entries: [] }
  })
  const files = new Map<string, CarriedFile>()
  let nextId = 1
  return {
    all,
    find: (id) => all.find((person) => person.id === id),
    file: (id) => files.get(id),
    add(person, { file = null, ...entry }) {
      const id = nextId++
      const fileId = `${channel}-${id}`
      if (file !== null) files.set(fileId, file)
      const added: Entry = {
        messageId: '',
        from: 'person',
        at: now().toISOString(),
        text: '',
        buttons: [],
        asksPhone: null,
        asksContact: false,
        template: null,
        ...entry,
        id,
        file: file && { name: file.name, type: file.type, bytes: file.content.length, id: fileId },
      }
      person.entries.push(added)
      for (const old of person.entries.splice(0, Math.max(0, person.entries.length - ENTRIES_KEPT))) {
        if (old.file !== null) files.delete(old.file.id)
      }
      changed()
      return added
    },
  }
}
