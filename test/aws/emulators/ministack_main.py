"""MiniStack with what our deployment needs beyond it. Run instead of the command `ministack`."""

import ministack_authorization  # noqa: F401
import ministack_errors  # noqa: F401
import ministack_tasks  # noqa: F401
import ministack_triggers  # noqa: F401
import ministack_types  # noqa: F401
from ministack import app
from ministack.core import iam_evaluator

# Policies of buckets and queues refuse requests without TLS. Here they come over loopback, which counts as if it were TLS.
app.pin_request_origin = lambda address, _secure: iam_evaluator.pin_request_origin(address, True)
app.main()
