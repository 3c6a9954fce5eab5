/** The socket and its topics, as pages ask for them by and by. A door of its own: asked for directly, the socket's file would need glue. */
export { line, topics } from './index'
