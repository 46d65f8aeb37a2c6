import { type FileServices, keepFileIn } from '../attachments/keep-file.ts'
import type { Transaction } from '../db/client.ts'
import type { Language, Texts } from '../i18n.ts'
import { newId } from '../ids.ts'
import type { ContactRow } from '../messaging/contact.ts'
import { gatherData } from './export-data.ts'
import { exportText } from './export-text.ts'

/** Kinds that nobody can send us: a file of one of them was made here. */
export const EXPORT_TYPES = ['text/plain', 'application/json'] as const

/** A byte-order mark tells the reader on an old computer that the letters are Vietnamese. */
const BOM = '\uFEFF'
const MOST_IN_AN_HOUR = 3

export interface ExportWords {
  texts: Texts
  language: Language
  communeName(code: string): string
}

/**
 * Makes a copy of what is kept about a person, to be read (text) and to be taken elsewhere (JSON), sealed like a paper of
 * theirs. Returns the ids of both files; null when it was asked for too often. The caller holds the rows of all contacts.
 */
export async function storeExport(
  tx: Transaction,
  files: FileServices,
  people: readonly [ContactRow, ...ContactRow[]],
  words: ExportWords,
  now: Date,
): Promise<{ textId: string; jsonId: string } | null> {
  const [contact] = people
  const [made] = await tx<{ count: number }[]>`
    select count(*) as count from attachments
    where contact_id = ${contact.id} and media_type = ${EXPORT_TYPES[0]} and sealed_external_id is null
      and created_at > ${new Date(now.getTime() - 3_600_000)}`
  if ((made?.count ?? 0) >= MOST_IN_AN_HOUR) return null
  const data = await gatherData(tx, people, now)
  const text = BOM + exportText(words.texts, words.language, data, words.communeName)
  const [textId, jsonId] = [newId(), newId()]
  await keep(tx, files, contact, { id: textId, type: EXPORT_TYPES[0], content: text }, now)
  await keep(tx, files, contact, { id: jsonId, type: EXPORT_TYPES[1], content: JSON.stringify(data, null, 2) }, now)
  return { textId, jsonId }
}

async function keep(
  tx: Transaction,
  files: FileServices,
  contact: ContactRow,
  file: { id: string; type: string; content: string },
  now: Date,
): Promise<void> {
  const content = Buffer.from(file.content)
  const name = await keepFileIn(tx, files, contact, content)
  await tx`
    insert into attachments (id, contact_id, channel, account, media_type, size_bytes, stored_name, created_at, fetched_at)
    values (${file.id}, ${contact.id}, ${contact.channel}, ${contact.account}, ${file.type}, ${content.length},
      ${name}, ${now}, ${now})`
}
