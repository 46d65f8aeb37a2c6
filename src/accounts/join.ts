import { joinSubscriptions, partSubscriptions } from '../broadcasts/subscriptions.ts'
import type { Transaction } from '../db/client.ts'
import { list } from '../db/list.ts'
import type { ContactRow } from '../messaging/contact.ts'
import { mergeProfiles } from '../profile/keep.ts'
import { EMPTY_PROFILE, type Profile, SELF } from '../profile/profile.ts'
import { forgetProfile, loadProfiles, openProfile, storeProfile } from '../profile/store-profile.ts'

/** The contact whose key seals what the person has in common. */
export function homeOf(contact: ContactRow, joined: readonly ContactRow[]): ContactRow {
  return [contact, ...joined].find(({ id }) => id === contact.personId) ?? contact
}

/** All contacts of the person, this one first. */
export function wholePerson(contact: ContactRow, held: readonly ContactRow[]): readonly ContactRow[] {
  if (contact.personId === null) return [contact]
  return [contact, ...held.filter((other) => other.id !== contact.id && other.personId === contact.personId)]
}

/**
 * Makes one person of two. What each side decided holds for both: the newer word about consent, every stop, the commune
 * that is known. The profiles become one, under the key of the side that gave the code. The caller holds the rows of all.
 */
export async function joinPeople(
  tx: Transaction,
  host: readonly [ContactRow, ...ContactRow[]],
  guest: readonly [ContactRow, ...ContactRow[]],
  now: Date,
): Promise<void> {
  const [hostHome, guestHome] = [homeOf(host[0], host), homeOf(guest[0], guest)]
  const ids = list(
    tx,
    [...host, ...guest].map(({ id }) => id),
  )
  const hostProfile = await profileOf(tx, hostHome)
  const profile = mergeProfiles(withMembersOf(await profileOf(tx, guestHome), hostProfile), hostProfile)
  await tx`
    with people as (
      select *, (consent_at is not null and (consent_refused_at is null or consent_refused_at < consent_at)) as agrees
      from contacts where id = any (${ids}::uuid[])
    ), word as (
      select agrees, consent_at, consent_version, consent_refused_at from people
      where consent_at is not null or consent_refused_at is not null
      order by greatest(consent_at, consent_refused_at) desc limit 1
    ), common as (
      select min(information_stopped_at) as information_stopped_at, min(all_stopped_at) as all_stopped_at,
        (array_agg(commune_code order by (id = ${host[0].id}) desc) filter (where commune_code is not null))[1] as commune,
        (array_agg(talk_ticket_id order by (id = ${host[0].id}) desc) filter (where talk_ticket_id is not null))[1] as talk
      from people
    )
    update contacts c set person_id = ${hostHome.id}, commune_code = common.commune, talk_ticket_id = common.talk,
      information_stopped_at = common.information_stopped_at, all_stopped_at = common.all_stopped_at,
      consent_at = case when word.agrees then word.consent_at end,
      consent_version = case when word.agrees then word.consent_version end,
      consent_refused_at = case when not word.agrees then word.consent_refused_at end
    from common left join word on true where c.id = any (${ids}::uuid[])`
  const [consent] = await tx<{ given: boolean }[]>`
    select consent_at is not null as given from contacts where id = ${hostHome.id}`
  await joinSubscriptions(tx, { homeId: hostHome.id, guestId: guestHome.id })
  await forgetProfile(tx, guestHome.id)
  if (consent?.given) await storeProfile(tx, hostHome, profile, now)
  else await forgetProfile(tx, hostHome.id)
}

/** Makes contacts people by themselves again. Each keeps a copy of the profile, its own tickets and its own talk. */
export async function partPerson(tx: Transaction, people: readonly ContactRow[], now: Date): Promise<void> {
  const [first] = people
  if (first === undefined) return
  const home = homeOf(first, people)
  const profile = await profileOf(tx, home)
  const ids = list(
    tx,
    people.map(({ id }) => id),
  )
  await tx`update contacts c set person_id = null, talk_ticket_id = t.id
    from contacts o left join tickets t on t.id = o.talk_ticket_id and t.contact_id = o.id
    where c.id = any (${ids}::uuid[]) and o.id = c.id`
  await partSubscriptions(tx, { homeId: home.id, ids: people.map(({ id }) => id) })
  for (const contact of people) {
    if (contact.id !== home.id && contact.consentAt !== null) await storeProfile(tx, contact, profile, now)
  }
}

/** Somebody of the same name in the same household is the same person: "mẹ" here is "mẹ" there. */
function withMembersOf(profile: Profile, other: Profile): Profile {
  const named = (label: string) => label.trim().toLocaleLowerCase('vi')
  const idOf = new Map(other.members.map(({ id, label }) => [named(label), id]))
  const members = profile.members.map((member) =>
    member.id === SELF ? member : { ...member, id: idOf.get(named(member.label)) ?? member.id },
  )
  return { ...profile, members }
}

async function profileOf(tx: Transaction, home: ContactRow): Promise<Profile> {
  const sealed = (await loadProfiles(tx, [home.id])).get(home.id)
  return sealed === undefined ? EMPTY_PROFILE : openProfile(home.key, sealed)
}
