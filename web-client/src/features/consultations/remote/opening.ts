/** Opening a request's material: a study in the viewer, a document in a window of its own. */
import type { Router } from 'vue-router'
import type { Material } from './contract'
import { fileUrl } from '@/api/client'
import { paperPath } from '@/features/records/papers'

const KEPT_MS = 60_000

export async function openMaterial(router: Router, material: Material): Promise<void> {
  if (material.study_id) {
    await router.push(`/staff/imaging/studies/${material.study_id}`)
    return
  }
  if (!material.attachment_id) return
  const url = await fileUrl(paperPath(material.attachment_id))
  window.open(url, '_blank', 'noopener')
  window.setTimeout(() => URL.revokeObjectURL(url), KEPT_MS)
}
