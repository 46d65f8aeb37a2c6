import type { Sql } from '../db/client.ts'
import { drizzleOn } from '../db/drizzle.ts'
import { type Secrets, sealJson } from '../secrets.ts'
import { type About, sealPart } from './part.ts'
import type { Row } from './read-list.ts'
import { villageListParts, villageLists } from './tables.ts'

export interface NewList {
  /** Made with the form, so that a form sent twice makes one list. */
  id: string
  unitId: string
  officerId: string
  judgedOn: string
  about: About
  parts: readonly Row[][]
}

/** Keeps a list to be judged, whole or not at all. False: a list of this id is there already. */
export async function storeList(sql: Sql, secrets: Secrets, list: NewList, now: Date): Promise<boolean> {
  const { key, sealed } = secrets.newPersonKey()
  const { id, unitId, officerId, judgedOn, about, parts } = list
  return sql.begin(async (tx) => {
    const drizzle = drizzleOn(tx)
    const rowsTotal = parts.reduce((sum, rows) => sum + rows.length, 0)
    const made = await drizzle
      .insert(villageLists)
      .values({
        id,
        unitId,
        officerId,
        judgedOn,
        sealedKey: sealed,
        sealedAbout: sealJson(key, about),
        state: 'waiting',
        rowsTotal,
        counts: { programmes: {}, assumed: {} },
        createdAt: now,
      })
      .onConflictDoNothing()
      .returning({ id: villageLists.id })
    if (made.length === 0) return false
    for (const [part, rows] of parts.entries()) {
      const kept = { programmes: [], rows: rows.map((row) => ({ row, outcomes: '', assumed: [] })) }
      await drizzle.insert(villageListParts).values({ listId: id, part, sealedRows: sealPart(key, kept) })
    }
    return true
  })
}
