import type { Invariant } from "./invariant.ts";

/** Who was active in the project or group when each was admitted, of those that still are. */
const ADMITTED = `select e.id, e.project_id, e.conditions, e.admitted_at,
                         count(*) over (order by e.admitted_at) as in_all,
                         count(*) over (partition by e.project_id order by e.admitted_at) as in_project,
                         count(*) over (partition by e.project_id, e.conditions -> 'concurrency' ->> 'group'
                                        order by e.admitted_at) as in_group
                    from experiments e
                   where e.admitted_at is not null and e.finished_at is null`;

const RESERVED = `select a.id as attempt_id, a.engine, r.daemon, reserved.machine, reserved.cpus, reserved."memoryBytes", reserved.devices
                    from attempts a
                    join runs r on r.id = a.run_id
                   cross join jsonb_to_recordset(a.reservation)
                      as reserved (machine text, cpus float8, "memoryBytes" float8, devices jsonb)
                   where a.live and a.reservation is not null`;

/** Shares of a CPU add up to a little more or less than they are. */
const ROUNDING = 1e-6;

export const LIMIT_INVARIANTS: readonly Invariant[] = [
  {
    name: "device-held-once",
    sentence: "A device is held by one replica at a time.",
    sql: `select reserved.engine, reserved.machine, device.id as device, array_agg(reserved.attempt_id) as attempts
            from (${RESERVED}) reserved
           cross join jsonb_array_elements_text(reserved.devices) as device (id)
           group by reserved.engine, reserved.daemon, reserved.machine, device.id having count(*) > 1`,
  },
  {
    name: "capacity-kept",
    sentence: "No more is reserved of a machine than it has, and no device that it does not have.",
    sql: `select m.engine, m.name as machine, sum(reserved.cpus) as cpus_reserved, m.cpus,
                 sum(reserved."memoryBytes") as memory_bytes_reserved, m."memoryBytes" as memory_bytes,
                 bool_or(strange.is_there) as strange_device
            from machines m
            join (${RESERVED}) reserved on reserved.engine = m.engine and reserved.machine = m.name
             -- A run that names no daemon has that of the one server.
             and coalesce(reserved.daemon, m.daemon) is not distinct from m.daemon
           cross join lateral (
              select exists (
                select from jsonb_array_elements_text(reserved.devices) as held (id)
                 where not m.devices @> jsonb_build_array(jsonb_build_object('id', held.id))
              ) as is_there) strange
           group by m.engine, m.daemon, m.name, m.cpus, m."memoryBytes"
          having sum(reserved.cpus) > m.cpus + ${ROUNDING}
              or sum(reserved."memoryBytes") > m."memoryBytes"
              or bool_or(strange.is_there)`,
  },
  {
    name: "project-limit-kept",
    sentence:
      "A project has no more active experiments than its limit said when they were admitted.",
    // Who was admitted while the limit was being changed may have met the old one.
    sql: `select p.slug as project, e.id as experiment_id, e.in_project as active, p.settings -> 'maxActive' as most
            from (${ADMITTED}) e
            join projects p on p.id = e.project_id
           where e.in_project > (p.settings ->> 'maxActive')::int
             and (p.limit_set_at is null or e.admitted_at > p.limit_set_at + interval '1 minute')`,
  },
  {
    name: "total-limit-kept",
    sentence: "No more experiments are active than the servers allow in all.",
    // Servers that were there before may have allowed more.
    sql: `select e.id as experiment_id, e.in_all as active, total."maxActive" as most
            from (${ADMITTED}) e, total
           where e.in_all > total."maxActive"
             and e.admitted_at > (select max(started_at) + interval '1 minute' from instances)`,
  },
  {
    name: "group-limit-kept",
    sentence:
      "A concurrency group runs no more experiments at once than those that were admitted last allow.",
    sql: `select e.project_id, e.conditions -> 'concurrency' ->> 'group' as concurrency_group,
                 max(e.in_group) as active, max((e.conditions -> 'concurrency' ->> 'limit')::int) as most,
                 array_agg(e.id) as experiments
            from (${ADMITTED}) e
           where e.conditions -> 'concurrency' is not null
           group by 1, 2, e.admitted_at
          having max(e.in_group) > max((e.conditions -> 'concurrency' ->> 'limit')::int)`,
  },
];
