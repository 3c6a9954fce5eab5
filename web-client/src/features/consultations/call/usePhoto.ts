/** A picture or paper on its way into the chat: uploaded with its progress, said in the room once it is there, tried again by a tap. */
import { ref } from 'vue'
import { asProblem } from '@/api/problem'
import { sendFile } from '@/api/upload'

/** `path` is where the chat's files are kept. */
export function usePhoto(path: () => string, say: (attachmentId: string) => Promise<void>) {
  const share = ref<number>()
  const failed = ref('')
  let held: { file: File; key: string } | undefined

  async function deliver(): Promise<void> {
    if (!held) return
    failed.value = ''
    share.value = 0
    try {
      const sent = await sendFile<{ id: string }>(path(), held.file, held.key, (now) => (share.value = now))
        .done
      held = undefined
      await say(sent.id)
    } catch (error) {
      failed.value = asProblem(error).title
    } finally {
      share.value = undefined
    }
  }
  function send(file: File): void {
    held = { file, key: crypto.randomUUID() }
    void deliver()
  }
  function drop(): void {
    held = undefined
    failed.value = ''
  }
  return { share, failed, send, again: deliver, drop }
}
