/** The socket of this tab and its topics, loaded when the first page needs them: sign-in and booking do without. */
import { Line } from './line'
import { Topics } from './topics'

export const line = new Line()
export const topics = new Topics(line)
