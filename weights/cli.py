"""What the command-line tools share."""

import sys
import warnings

from store import UserError


def run(main):
    """Run a tool: problems the user can solve end it with a line, status 2."""
    warnings.simplefilter("always", UserWarning)
    warnings.formatwarning = lambda text, *_, **__: f"warning: {text}\n"
    try:
        sys.exit(main())
    except UserError as problem:
        message = str(problem)
    except OSError as problem:
        message = (f"{problem.filename}: {problem.strerror}"
                   if problem.filename else str(problem))
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)
