import { z } from 'zod'
import type { Transaction } from '../db/client.ts'
import type { Secrets } from '../secrets.ts'
import { hashAddress } from './contact.ts'

const withAddressSchema = z.object({ address: z.string() })

/**
 * An update that was being stored while its person had everything deleted hangs on the emptied contact. It belongs to
 * whoever has that address now, and waits again. False when nobody has: then there is nobody left to answer.
 */
export async function refileUpdate(
  tx: Transaction,
  secrets: Secrets,
  erased: { channel: string; account: string },
  { id, sealed_body }: { id: number; sealed_body: Buffer },
  stored: unknown,
): Promise<boolean> {
  const parsed = withAddressSchema.safeParse(stored)
  if (!parsed.success) return false
  const hash = hashAddress(secrets, { ...erased, address: parsed.data.address })
  const rows = await tx`
    update inbox set contact_id = c.id, handled_at = null, sealed_body = ${sealed_body} from contacts c
    where inbox.id = ${id} and c.channel = ${erased.channel} and c.account = ${erased.account} and c.address_hash = ${hash}
    returning 1`
  return rows.length > 0
}
