/**
 * Topics that pages watch, counted: the first watcher subscribes, the last one unsubscribes. "changed" makes cached
 * answers stale; after a loss everything watched is stale, because a push may have been missed.
 */
import type { Sender } from './line'

type Told = (id: string | null) => void

export class Topics {
  private readonly watched = new Map<string, Set<Told>>()

  constructor(private readonly line: Sender) {
    line.on('changed', ({ topic, id }) => this.tell(topic, id))
    line.onState((state) => {
      if (state === 'on') this.resume()
    })
  }

  /** Calls `told` on every change until the returned function is called. */
  watch(topic: string, told: Told): () => void {
    let tellers = this.watched.get(topic)
    if (!tellers) {
      this.watched.set(topic, (tellers = new Set()))
      this.subscribe(topic)
    }
    tellers.add(told)
    return () => {
      tellers.delete(told)
      if (tellers.size > 0 || this.watched.get(topic) !== tellers) return
      this.watched.delete(topic)
      if (this.line.state === 'on') void this.line.ask('topic:unwatch', { topic }).catch(() => undefined)
    }
  }

  private subscribe(topic: string): void {
    // Refused or lost: the page still works by fetching, and a reconnect asks again.
    if (this.line.state === 'on') void this.line.ask('topic:watch', { topic }).catch(() => undefined)
  }

  private resume(): void {
    for (const topic of this.watched.keys()) {
      this.subscribe(topic)
      this.tell(topic, null)
    }
  }

  private tell(topic: string, id: string | null): void {
    for (const told of [...(this.watched.get(topic) ?? [])]) told(id)
  }
}
