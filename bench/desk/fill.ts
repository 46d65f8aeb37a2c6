/**
 * Fills a database with so many tickets and all that hangs on them, by a few statements of the database itself: what
 * three years of work leave behind. Triggers and indexes rest meanwhile; what the triggers would have written is written
 * here, but for the hashes of the audit chain, which are random.
 */
import type { Sql, Transaction } from '../../src/db/client.ts'
import { list } from '../../src/db/list.ts'
import { RESULTS } from '../../src/desk/ticket.ts'
import { newId } from '../../src/ids.ts'
import type { Secrets } from '../../src/secrets.ts'
import { communesToday } from '../../src/territory/communes-today.ts'
import { route } from '../../src/territory/route.ts'
import type { Territory } from '../../src/territory/territory.ts'
import { modelPeople } from './people.ts'

export interface Filling {
  sql: Sql
  secrets: Secrets
  territory: Territory
  tickets: number
  /** A local day and the instant at which the tickets are as they are. */
  day: string
  now: Date
}

/** The commune and the department whose officers are measured have so much of all work: queues as long as they get. */
const SHARE_OF_MEASURED = 0.2
/** Of a hundred tickets, those that wait for somebody. */
const UNFINISHED_PERCENT = 10
/** What one officer holds does not grow with the archive, nor do tickets with a promise of hours. */
const HELD_BY_MEASURED = 12
const URGENT_OF_MEASURED = 6
const OFFICERS_A_UNIT = 4
const SLOTS = 4_000
const TOPIC_OF_COMMUNES = 'health_insurance'

export const MEASURED = {
  commune: 'measured_commune',
  department: 'measured_department',
  admin: 'measured_admin',
} as const

export async function fill(filling: Filling): Promise<void> {
  const { sql } = filling
  const indexes = await restIndexes(sql)
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`
    await tx`set local session_replication_role = replica`
    await tx`set local synchronous_commit = off`
    await tx`set local work_mem = '256MB'`
    await tx.unsafe(PICK)
    await fillPeople(tx, filling)
    await fillRoutes(tx, filling)
    await fillTickets(tx, filling)
    for (const statement of around(filling.tickets)) await tx.unsafe(statement)
  })
  await sql.begin(async (tx) => {
    await tx`set local statement_timeout = 0`
    await tx`set local maintenance_work_mem = '512MB'`
    for (const definition of indexes) await tx.unsafe(definition)
  })
  const connection = await sql.reserve()
  await connection`set statement_timeout = 0`
  await connection.unsafe('vacuum (analyze)')
  await connection`set statement_timeout = '30s'`
  connection.release()
}

/** Indexes are made in one go afterwards; those of constraints stay. */
async function restIndexes(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string; definition: string }[]>`
    select c.relname as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
    join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
    where t.relnamespace = 'public'::regnamespace and t.relname = any (${list(sql, FILLED)}::text[])
      and not exists (select from pg_constraint where conindid = i.indexrelid)`
  for (const { name } of rows) await sql.unsafe(`drop index "${name}"`)
  return rows.map(({ definition }) => definition)
}

const FILLED = [
  'contacts',
  'tickets',
  'ticket_dimensions',
  'activity',
  'messages',
  'walk_in_words',
  'attachments',
  'officer_notices',
  'audit',
  'audit_chain',
  'households',
  'register_households',
]

/** A number below `most` that is the same for the same row each time, and looks drawn by lot. */
const PICK = `create function pg_temp.pick(n bigint, draw bigint, most bigint) returns bigint immutable language sql
  as 'select (hashint8extended($1, $2) & 1073741823) % $3'`

async function fillPeople(tx: Transaction, { secrets, tickets, now }: Filling): Promise<void> {
  await tx`create temp table model (id int primary key, name text, sealed_key bytea, sealed_address bytea,
    sealed_answers bytea, sealed_words bytea[], sealed_resolution bytea, ticket_hashes text[], sealed_who bytea,
    register_hashes text[]) on commit drop`
  for (const [id, one] of modelPeople(secrets).entries()) {
    await tx`insert into model values (${id}, ${one.name}, ${one.sealedKey}, ${one.sealedAddress}, ${one.sealedAnswers},
      array[${one.sealedWords[0] ?? null}, ${one.sealedWords[1] ?? null}, ${one.sealedWords[2] ?? null}, ${one.sealedWords[3] ?? null}]::bytea[],
      ${one.sealedResolution}, ${list(tx, one.ticketHashes)}::text[], ${one.sealedWho}, ${list(tx, one.registerHashes)}::text[])`
  }
  // Some names are frequent: the first of a thousand is borne by one in a hundred.
  await tx`create temp table person on commit drop as
    select c, md5('contact' || c)::uuid as id, floor(1000 * power(pg_temp.pick(c, 3, 1000000) / 1e6, 1.5))::int as model
    from generate_series(1, ${Math.max(1, Math.ceil(tickets / 2))}::int) c`
  await tx`alter table person add primary key (c)`
  await tx`insert into contacts (id, channel, account, address_hash, sealed_address, sealed_key, consent_version,
      consent_at, created_at)
    select p.id, 'telegram', 'bot', sha256(p.id::text::bytea), m.sealed_address, m.sealed_key, 1,
      ${now}::timestamptz, ${now}::timestamptz - interval '3 years'
    from person p join model m on m.id = p.model`
}

interface Way {
  topic: string
  commune: string
  unit: string
  department: string
  escalation: string
  reason: object
  basis: string
  promises: object
}

/** Officers of every unit, and the ways that tickets take: the measured units get their share. */
async function fillRoutes(tx: Transaction, { territory, day, now }: Filling): Promise<void> {
  const topics = [...territory.routing.topics.keys()].filter((topic) => topic !== 'complaint')
  const ways: Way[] = communesToday(territory).flatMap(({ code }) =>
    topics.map((topic) => {
      const { unit, department, escalation, reason, basis, promises } = route(territory, { topic, commune: code, day })
      return {
        topic,
        commune: code,
        unit: unit.id,
        department: department.id,
        escalation: escalation.id,
        reason,
        basis,
        promises,
      }
    }),
  )
  const desk = ways.find(({ topic }) => topic === TOPIC_OF_COMMUNES)
  const aside = ways.find(({ unit, department }) => unit === department && unit !== desk?.department)
  if (desk === undefined || aside === undefined) throw new Error('No commune or no department gets tickets')
  const isOf = (unit: string) => (way: Way) => way.unit === unit
  const groups = [ways.filter(isOf(desk.unit)), ways.filter(isOf(aside.unit)), ways]
  const slots = Array.from({ length: SLOTS }, (_, slot) => {
    const group = groups[Math.min(2, Math.floor(slot / (SLOTS * SHARE_OF_MEASURED)))] ?? ways
    return { slot, ...group[(slot * 7) % group.length] }
  })
  await tx`create temp table way on commit drop as select * from jsonb_to_recordset(${tx.json(slots as never)})
    as w (slot int, topic text, commune text, unit text, department text, escalation text, reason jsonb, basis text, promises jsonb)`
  await tx`alter table way add primary key (slot)`
  await tx`create temp table staff on commit drop as
    select md5('officer' || unit.id || place)::uuid as id, unit.id as unit_id, place, unit.role,
      case when place > 1 then unit.id || '_' || place when unit.id = ${desk.unit} then ${MEASURED.commune}
        when unit.id = ${aside.unit} then ${MEASURED.department} else unit.id || '_1' end as username
    from jsonb_to_recordset(${tx.json([...territory.unitById.values()].map(({ id, kind }) => ({ id, role: kind === 'commune_desk' ? 'commune_officer' : 'department_officer' })))})
      as unit (id text, role text), generate_series(1, ${OFFICERS_A_UNIT}::int) place`
  await tx`insert into officers (id, username, name, password_hash, roles, unit_id, created_at)
    select id, username, 'Cán bộ ' || username, 'none:none', array[role], unit_id, ${now}::timestamptz from staff
    union all select ${newId()}::uuid, ${MEASURED.admin}, 'Quản trị', 'none:none', array['administrator', 'supervisor'], null, ${now}::timestamptz`
}

async function fillTickets(tx: Transaction, { tickets, territory, now }: Filling): Promise<void> {
  const { order } = territory.routing
  await tx`create temp table drawn on commit drop as
    select n, w.unit, w.slot, status, is_finished, place, held,
      case when p.c is null then null else p.id end as contact_id, coalesce(p.model, pg_temp.pick(n, 9, 1000)::int) as model,
      ${now}::timestamptz - case when is_finished then interval '16 days' + pg_temp.pick(n, 7, 1000000) * interval '92 seconds'
        when status = 'open' then pg_temp.pick(n, 7, 100000) * interval '1 second'
        else pg_temp.pick(n, 7, 1000000) * interval '1.4 seconds' end as created_at,
      case when is_finished then pg_temp.pick(n, 10, 50) = 0
        when w.unit = any (measured.units) then place <= ${URGENT_OF_MEASURED}::int
        else place = 1 and pg_temp.pick(hashtext(w.unit), 10, 10) = 0 end as urgent,
      case when pg_temp.pick(n, 11, 5) = 0 then array['merit'] else '{}'::text[] end as groups
    from (
      select n, slot, unit, status, status in ('resolved', 'closed') as is_finished,
        row_number() over (partition by unit, status in ('resolved', 'closed') order by n) as place,
        row_number() over (partition by unit, status in ('assigned', 'pending') order by n) as held
      from (
        select n, pg_temp.pick(n, 1, ${SLOTS}::int) as slot, case
          when draw < ${UNFINISHED_PERCENT * 4}::int then 'open' when draw < ${UNFINISHED_PERCENT * 8}::int then 'assigned'
          when draw < ${UNFINISHED_PERCENT * 10}::int then 'pending' when draw < 200 then 'resolved' else 'closed' end as status
        from generate_series(1::bigint, ${tickets}::bigint) n, lateral (select pg_temp.pick(n, 4, 1000) as draw) as by_lot
      ) as lot join way using (slot)
    ) as w
    left join person p on p.c = 1 + pg_temp.pick(n, 2, (select count(*) from person)) and pg_temp.pick(n, 8, 10) > 0
    cross join (select array_agg(unit_id) as units from staff where username = any (${list(tx, Object.values(MEASURED))}::text[])) as measured`
  await tx`insert into tickets (id, number, contact_id, topic, request_type, status, urgent, commune_code, unit_id, department_id,
      escalation_unit_id, assignee_id, promise, due_at, paused_at, first_answered_at, resolved_at, closed_at, confirmed_at, rating,
      priority_groups, queue_position, ladder_at, routing_reason, routing_basis, promises, sealed_answers, sealed_key,
      sealed_resolution, result, offered_unit_id, offered_at, offer_lapses_at, last_seq, search_hashes, spoken_at, created_at)
    overriding system value
    select d.n, 'HY-' || extract(year from d.created_at + interval '7 hours') || '-' || lpad(d.n::text, greatest(6, length(d.n::text)), '0'), d.contact_id,
      w.topic, 'general', d.status, d.urgent, w.commune, w.unit, w.department, w.escalation, s.id,
      case when d.is_finished then null when d.status = 'open' then 'first_answer' else 'result' end, due.at,
      case when d.status = 'pending' then d.created_at + interval '3 hours' end,
      case when d.status <> 'open' then d.created_at + interval '3 hours' end,
      case when d.is_finished then d.created_at + interval '9 days' end,
      case when d.status = 'closed' then d.created_at + interval '12 days' end,
      case when d.status = 'closed' and pg_temp.pick(d.n, 12, 3) = 0 then d.created_at + interval '12 days' end,
      case when d.status = 'closed' and pg_temp.pick(d.n, 12, 3) = 0 then 1 + pg_temp.pick(d.n, 13, 5) end,
      d.groups, due.at - case when d.urgent then ${order.urgentMinutesAhead}::int * interval '1 minute' else interval '0' end
        - case when d.groups = '{}' then interval '0' else ${order.priorityMinutesAhead}::int * interval '1 minute' end,
      due.at, w.reason, w.basis, w.promises, m.sealed_answers, case when d.contact_id is null then m.sealed_key end,
      case when d.is_finished then m.sealed_resolution end,
      case when d.is_finished then (${list(tx, RESULTS)}::text[])[1 + pg_temp.pick(d.n, 14, ${RESULTS.length}::int)] end,
      offer.unit, case when offer.unit is not null then ${now}::timestamptz end,
      case when offer.unit is not null then ${now}::timestamptz + interval '2 days' end,
      case d.status when 'open' then 1 when 'assigned' then 3 when 'closed' then 5 else 4 end, m.ticket_hashes,
      d.created_at, d.created_at
    from drawn d join way w on w.slot = d.slot join model m on m.id = d.model
    left join staff s on d.status <> 'open' and s.unit_id = w.unit
      and s.place = case when d.held <= ${HELD_BY_MEASURED}::int and not d.is_finished then 1 else 2 + pg_temp.pick(d.n, 6, ${OFFICERS_A_UNIT - 1}::int) end
    cross join lateral (select case when d.is_finished then null when d.urgent then d.created_at + interval '18 days'
      when d.status = 'open' then d.created_at + interval '1 day' else d.created_at + interval '14 days' end as at) as due
    cross join lateral (select case when not d.is_finished and d.place = 2 and w.department <> w.unit then w.department end as unit) as offer
    order by d.n`
  await tx`select setval(pg_get_serial_sequence('tickets', 'id'), ${tickets}::bigint), setval('ticket_number', ${tickets}::bigint)`
}

/** What hangs on the tickets: three in ten have a talk, one in twenty a photo; a household of the register for every fifth. */
function around(tickets: number): string[] {
  return [
    `insert into ticket_dimensions (ticket_id, contact_id, filed_on, topic, request_type, commune_code, unit_id, department_id,
        is_finished, result, is_confirmed, rating, priority_groups, first_answer_minutes, resolution_minutes, answered_late,
        resolved_late, gender, age_band, household_status)
      select id, contact_id, (created_at + interval '7 hours')::date, topic, request_type, commune_code, unit_id, department_id,
        status in ('resolved', 'closed'), result, confirmed_at is not null, rating, priority_groups,
        case when status <> 'open' then pg_temp.pick(id, 20, 900) end,
        case when result is not null then 400 + pg_temp.pick(id, 21, 5000) end, pg_temp.pick(id, 20, 900) > 480, false,
        (array['female', 'male', null])[1 + pg_temp.pick(id, 22, 3)],
        (array['from_16', 'from_36', 'from_60', null])[1 + pg_temp.pick(id, 23, 4)],
        (array['poor', 'near_poor', 'escaped_poverty', null])[1 + pg_temp.pick(id, 24, 4)]
      from tickets order by id`,
    `insert into activity (ticket_id, seq, at, actor, officer_id, verb, facts)
      select t.id, line.seq, t.created_at + line.seq * interval '50 minutes', line.actor,
        case when line.actor = 'officer' then t.assignee_id end, line.verb,
        case line.verb when 'filed' then jsonb_build_object('unit', t.unit_id, 'urgent', t.urgent)
          when 'resolve' then jsonb_build_object('from', 'assigned', 'to', 'resolved', 'result', t.result)
          else '{}'::jsonb end
      from tickets t, (values (1, 'citizen', 'filed', array['open', 'assigned', 'pending', 'resolved', 'closed']),
        (2, 'officer', 'claim', array['assigned', 'pending', 'resolved', 'closed']),
        (3, 'officer', 'reply', array['assigned', 'pending', 'resolved', 'closed']),
        (4, 'officer', 'ask', array['pending']), (4, 'officer', 'resolve', array['resolved', 'closed']),
        (5, 'citizen', 'confirmed', array['closed'])) as line (seq, actor, verb, statuses)
      where t.status = any (line.statuses) order by t.id, line.seq`,
    `insert into messages (contact_id, author, officer_id, ticket_id, sealed_body, created_at)
      select t.contact_id, case when nth % 2 = 1 then 'citizen' else 'officer' end,
        case when nth % 2 = 0 then t.assignee_id end, t.id, m.sealed_words[nth], t.created_at + nth * interval '40 minutes'
      from tickets t join drawn d on d.n = t.id join model m on m.id = d.model, generate_series(1, 4) nth
      where t.contact_id is not null and t.id % 10 < 3 and t.status <> 'open' order by t.id, nth`,
    `insert into walk_in_words (ticket_id, author, officer_id, sealed_body, created_at)
      select t.id, 'note', t.assignee_id, m.sealed_words[2], t.created_at + interval '2 hours'
      from tickets t join drawn d on d.n = t.id join model m on m.id = d.model
      where t.contact_id is null and t.assignee_id is not null`,
    `insert into attachments (id, contact_id, ticket_id, channel, account, media_type, size_bytes, stored_name, created_at, fetched_at)
      select md5('photo' || id)::uuid, contact_id, id, 'telegram', 'bot', 'image/jpeg', 90000, md5('file' || id), created_at, created_at
      from tickets where contact_id is not null and id % 20 = 0`,
    `insert into officer_notices (officer_id, ticket_id, kind, at, read_at, told_at)
      select assignee_id, id, 'citizen_wrote', created_at, case when status in ('resolved', 'closed') then created_at end, created_at
      from tickets where assignee_id is not null and id % 2 = 0 order by id`,
    `insert into audit (at, actor_id, action, subject_kind, subject_id, facts)
      select t.created_at + line.seq * interval '50 minutes', t.assignee_id, line.action, 'ticket', t.number,
        case when line.seq = 4 then jsonb_build_object('seq', 4, 'digest', encode(sha256(t.number::bytea), 'hex')) else '{}'::jsonb end
      from tickets t, (values (2, 'ticket-read'), (4, 'ticket-resolve')) as line (seq, action)
      where t.assignee_id is not null and (line.seq = 2 or t.result is not null) order by t.created_at`,
    `insert into audit_chain (seq, audit_id, prev_hash, hash)
      select row_number() over (order by id), id, sha256((id - 1)::text::bytea), sha256(id::text::bytea) from audit`,
    `insert into households (id, commune_code, sealed_key, search_hashes, who_hash, village_hash, namesake_hash, created_at)
      select md5('household' || n)::uuid, w.commune, m.sealed_key, m.register_hashes, md5('who' || n), md5('village' || m.id % 12),
        md5('namesake' || m.id), now()
      from generate_series(1::bigint, ${Math.ceil(tickets / 5)}) n
      join way w on w.slot = pg_temp.pick(n, 30, ${SLOTS})
      join model m on m.id = floor(1000 * power(pg_temp.pick(n, 31, 1000000) / 1e6, 1.5))`,
    `insert into register_households (household_id, commune_code, year, status, status_from, status_to, priority_groups, members,
        sealed_who, fingerprint, import_id, recorded_at)
      select md5('household' || n)::uuid, w.commune, span.year, case when pg_temp.pick(n, 32, 2) = 0 then 'poor' else 'near_poor' end,
        make_date(span.year, 1, 1), case when span.year = 2025 then make_date(2025, 12, 31) end, '{}', 4, m.sealed_who, md5('list' || n),
        md5('import')::uuid, now()
      from generate_series(1::bigint, ${Math.ceil(tickets / 5)}) n
      join way w on w.slot = pg_temp.pick(n, 30, ${SLOTS})
      join model m on m.id = floor(1000 * power(pg_temp.pick(n, 31, 1000000) / 1e6, 1.5)), (values (2025), (2026)) as span (year)
      where span.year = 2026 or n % 2 = 0 order by n`,
  ]
}
