/** A path that the console does not have. */
import { Link } from "@tanstack/react-router"

export const NotFound = () => (
  <>
    <h1>There is no such page</h1>
    <p>
      Go to the <Link to="/overview">overview</Link>, or press <kbd>/</kbd> and search for an id.
    </p>
  </>
)
