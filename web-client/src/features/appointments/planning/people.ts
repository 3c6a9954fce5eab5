/** The doctors of the own institution as the planning pages name them. */
import { computed } from 'vue'
import { useOwnDoctors } from './calls'
import type { Who } from './templateGrid'

export function usePlanned() {
  const query = useOwnDoctors()
  const doctors = computed<Who[]>(() =>
    (query.data.value ?? []).flatMap((one) =>
      one.department_id
        ? [
            {
              id: one.id,
              name: one.name,
              title_zh: one.title_zh,
              department_id: one.department_id,
              department: one.department,
            },
          ]
        : [],
    ),
  )
  return { query, doctors }
}
