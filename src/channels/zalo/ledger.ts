/**
 * What Zalo lets us send to whom: when each person last did something, what is left of the counted messages, which
 * templates are approved, what was paid for, and what an administrator has to mend.
 */
import type { Sql } from '../../db/client.ts'
import { list } from '../../db/list.ts'
import { hashAddress } from '../../messaging/contact.ts'
import { type Interaction, type ReplyStanding, standingAt, type WindowRules } from '../../messaging/reply-window.ts'
import { open, type Secrets, seal } from '../../secrets.ts'
import type { Receipt } from './translate.ts'

/** As Zalo counts it in 2026; package and tier may differ (see the account's page in the console). */
export const ZALO_WINDOW: WindowRules = { freeHours: 48, talkHours: 7 * 24, templateDays: 365 }

const CHANNEL = 'zalo'
const ALARM_DETAIL_MAX = 200

export interface Template {
  templateId: string
  parameters: string[]
  priceByUid: number | null
  priceByPhone: number | null
}

export interface KnownPerson extends Interaction {
  /** A template was paid for since the person last wrote. */
  isCalled: boolean
  phone: string | null
}

export type Ledger = ReturnType<typeof createLedger>

export function createLedger({ sql, secrets, account }: { sql: Sql; secrets: Secrets; account: string }) {
  const hashOf = (address: string) => hashAddress(secrets, { channel: CHANNEL, account, address })

  return {
    /** The person did something at `at`: their window opens anew, with a count of its own. Events come in any order. */
    async touch(address: string, at: Date): Promise<void> {
      await sql`
        insert into reply_windows (channel, account, address_hash, last_interaction_at)
        values (${CHANNEL}, ${account}, ${hashOf(address)}, ${at})
        on conflict (channel, account, address_hash) do update
        set last_interaction_at = excluded.last_interaction_at, paid_remaining = null
        where reply_windows.last_interaction_at < excluded.last_interaction_at`
    },

    /** What is left of the counted messages to one person, as the answer to a message told it. */
    async notePaidRemaining(address: string, remaining: number): Promise<void> {
      await sql`
        update reply_windows set paid_remaining = ${remaining}
        where channel = ${CHANNEL} and account = ${account} and address_hash = ${hashOf(address)}`
    },

    /** Our contact at this address; null when there is none, or they were erased. */
    async contactOf(address: string): Promise<string | null> {
      const [row] = await sql<{ id: string }[]>`
        select id from contacts where channel = ${CHANNEL} and account = ${account}
          and address_hash = ${hashOf(address)} and erased_at is null`
      return row?.id ?? null
    },

    /** What Zalo says of somebody's window, when it was asked. */
    async learn(address: string, lastAt: Date, paidRemaining: number | null): Promise<void> {
      await sql`
        insert into reply_windows (channel, account, address_hash, last_interaction_at, paid_remaining)
        values (${CHANNEL}, ${account}, ${hashOf(address)}, ${lastAt}, ${paidRemaining})
        on conflict (channel, account, address_hash) do update
        set last_interaction_at = greatest(reply_windows.last_interaction_at, excluded.last_interaction_at),
          paid_remaining = excluded.paid_remaining`
    },

    /** Zalo says that the window is closed, whatever we thought. */
    async close(address: string, now: Date): Promise<void> {
      const latest = new Date(now.getTime() - ZALO_WINDOW.talkHours * 3_600_000)
      await sql`
        insert into reply_windows (channel, account, address_hash, last_interaction_at)
        values (${CHANNEL}, ${account}, ${hashOf(address)}, ${latest})
        on conflict (channel, account, address_hash) do update
        set last_interaction_at = least(reply_windows.last_interaction_at, excluded.last_interaction_at)`
    },

    async personOf(address: string): Promise<KnownPerson | null> {
      const hash = hashOf(address)
      const [row] = await sql<
        {
          last_interaction_at: Date
          paid_remaining: number | null
          is_called: boolean
          sealed_phone: Buffer | null
          sealed_key: Buffer | null
        }[]
      >`
        select w.last_interaction_at, w.paid_remaining, w.sealed_phone, c.sealed_key, exists (
          select from paid_notices n
          where n.channel = w.channel and n.account = w.account and n.address_hash = w.address_hash
            and n.sent_at > w.last_interaction_at and n.state <> 'refused'
        ) as is_called
        from reply_windows w left join contacts c
          on c.channel = w.channel and c.account = w.account and c.address_hash = w.address_hash
        where w.channel = ${CHANNEL} and w.account = ${account} and w.address_hash = ${hash}`
      if (row === undefined) return null
      return {
        lastAt: row.last_interaction_at,
        paidRemaining: row.paid_remaining,
        isCalled: row.is_called,
        phone: openPhone(secrets, row),
      }
    },

    /** For the desk: null when the contact is on another channel. */
    async standingOfContact(contactId: string, now: Date): Promise<(ReplyStanding & { seenAt: Date | null }) | null> {
      const [row] = await sql<
        { last_interaction_at: Date | null; paid_remaining: number | null; seen_at: Date | null }[]
      >`
        select w.last_interaction_at, w.paid_remaining, w.seen_at
        from contacts c left join reply_windows w
          on w.channel = c.channel and w.account = c.account and w.address_hash = c.address_hash
        where c.id = ${contactId} and c.channel = ${CHANNEL} and c.account = ${account} and c.erased_at is null`
      if (row === undefined) return null
      const lastAt = row.last_interaction_at
      const known = lastAt === null ? null : { lastAt, paidRemaining: row.paid_remaining }
      return { ...standingAt(ZALO_WINDOW, known, now), seenAt: row.seen_at }
    },

    /** Keeps a phone number for notices, of somebody who consented to having their data kept. */
    async keepPhone(address: string, phone: string): Promise<void> {
      const hash = hashOf(address)
      const digits = vietnamesePhone(phone)
      if (digits === null) return
      const [row] = await sql<{ sealed_key: Buffer | null }[]>`
        select sealed_key from contacts where channel = ${CHANNEL} and account = ${account} and address_hash = ${hash}
          and consent_at is not null`
      if (!row?.sealed_key) return
      const sealed = seal(secrets.openPersonKey(row.sealed_key), Buffer.from(digits))
      await sql`update reply_windows set sealed_phone = ${sealed}
        where channel = ${CHANNEL} and account = ${account} and address_hash = ${hash}`
    },

    async noteReceipt(receipt: Receipt): Promise<void> {
      if (receipt.kind === 'template') {
        const id = /^n(\d{1,15})$/.exec(receipt.trackingId ?? '')?.[1]
        // A notice whose answer was lost is settled by what the phone says.
        await sql`update paid_notices set state = 'sent', delivered_at = coalesce(delivered_at, ${receipt.at}), failure = null,
            external_id = coalesce(external_id, ${receipt.messageId})
          where channel = ${CHANNEL} and account = ${account} and id = ${Number(id ?? 0)}`
        return
      }
      const hash = hashOf(receipt.address)
      const isSeen = receipt.kind === 'seen'
      await sql`
        with noticed as (
          update paid_notices set delivered_at = coalesce(delivered_at, ${receipt.at}), state = 'sent', failure = null
          where channel = ${CHANNEL} and account = ${account} and address_hash = ${hash}
            and external_id = any (${list(sql, receipt.messageIds)}::text[])
        )
        update reply_windows set received_at = greatest(received_at, ${receipt.at}),
          seen_at = case when ${isSeen} then greatest(seen_at, ${receipt.at}) else seen_at end
        where channel = ${CHANNEL} and account = ${account} and address_hash = ${hash}`
    },

    async noteQuota(name: string, remaining: number | null, total: number | null, now: Date): Promise<void> {
      await sql`
        insert into channel_quotas (channel, account, name, remaining, total, seen_at)
        values (${CHANNEL}, ${account}, ${name.slice(0, 60)}, ${remaining}, ${total}, ${now})
        on conflict (channel, account, name) do update
        set remaining = excluded.remaining, total = coalesce(excluded.total, channel_quotas.total), seen_at = excluded.seen_at`
    },

    async raise({ code, detail }: { code: string; detail: string }, now: Date): Promise<void> {
      await sql`
        insert into channel_alarms (channel, account, code, detail, count, first_at, last_at)
        values (${CHANNEL}, ${account}, ${code.slice(0, 60)}, ${detail.slice(0, ALARM_DETAIL_MAX)}, 1, ${now}, ${now})
        on conflict (channel, account, code) do update
        set detail = excluded.detail, count = channel_alarms.count + 1, last_at = excluded.last_at`
    },

    async settleAlarm(code: string): Promise<void> {
      await sql`delete from channel_alarms where channel = ${CHANNEL} and account = ${account} and code = ${code}`
    },

    async templateFor(purpose: string): Promise<Template | null> {
      const [row] = await sql<
        { template_id: string; parameters: string[]; price_by_uid: number | null; price_by_phone: number | null }[]
      >`
        select template_id, parameters, price_by_uid, price_by_phone from zalo_templates
        where account = ${account} and purpose = ${purpose} and status = 'ENABLE'`
      if (row === undefined) return null
      const { template_id: templateId, parameters, price_by_uid: priceByUid, price_by_phone: priceByPhone } = row
      return { templateId, parameters, priceByUid, priceByPhone }
    },

    /** What one message of a template costs when it goes to a user of ours; null when Zalo did not say. */
    async priceByUid(templateId: string): Promise<number | null> {
      const [row] = await sql<{ price_by_uid: number | null }[]>`
        select price_by_uid from zalo_templates where account = ${account} and template_id = ${templateId} limit 1`
      return row?.price_by_uid ?? null
    },

    async noteTemplateStatus(templateId: string, status: string): Promise<void> {
      await sql`update zalo_templates set status = ${status.slice(0, 40)}
        where account = ${account} and template_id = ${templateId}`
    },

    /**
     * Writes down a paid notice before it is sent. Null when one was sent since the person last wrote: of two processes
     * that want to at once, the lock of the person's row lets one.
     */
    beginNotice(address: string, template: Template, route: 'uid' | 'phone', now: Date): Promise<number | null> {
      const hash = hashOf(address)
      return sql.begin(async (tx) => {
        await tx`select 1 from reply_windows
          where channel = ${CHANNEL} and account = ${account} and address_hash = ${hash} for update`
        const [row] = await tx<{ id: number }[]>`
          insert into paid_notices (channel, account, address_hash, template_id, route, price, state, sent_at)
          select ${CHANNEL}, ${account}, ${hash}, ${template.templateId}, ${route},
            ${route === 'uid' ? template.priceByUid : template.priceByPhone}::int, 'uncertain', ${now}
          where not exists (
            select from paid_notices n join reply_windows w using (channel, account, address_hash)
            where n.channel = ${CHANNEL} and n.account = ${account} and n.address_hash = ${hash}
              and n.sent_at > w.last_interaction_at and n.state <> 'refused')
          returning id`
        return row?.id ?? null
      })
    },

    async forget(before: Date): Promise<void> {
      await sql`delete from reply_windows where channel = ${CHANNEL} and account = ${account}
        and last_interaction_at < ${before}`
      await sql`delete from paid_notices where channel = ${CHANNEL} and account = ${account} and sent_at < ${before}`
    },

    async endNotice(
      id: number,
      { state, failure, externalId }: { state: 'sent' | 'refused'; failure: string | null; externalId: string | null },
    ): Promise<void> {
      await sql`update paid_notices set state = ${state}, failure = ${failure}, external_id = ${externalId}
        where id = ${id} and state = 'uncertain'`
    },
  }
}

/** `84…`, the form that Zalo takes; null for what is no number of a Vietnamese mobile phone. */
export function vietnamesePhone(phone: string): string | null {
  const digits = phone.replace(/[\s.()+-]/g, '')
  const national = /^(?:84|0)?(\d{9})$/.exec(digits)?.[1]
  return national === undefined ? null : `84${national}`
}

function openPhone(
  secrets: Secrets,
  { sealed_phone, sealed_key }: { sealed_phone: Buffer | null; sealed_key: Buffer | null },
): string | null {
  if (sealed_phone === null || sealed_key === null) return null
  try {
    return open(secrets.openPersonKey(sealed_key), sealed_phone).toString()
  } catch {
    // Sealed with the key of somebody who was forgotten since.
    return null
  }
}
