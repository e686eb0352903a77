"""What does the office's jobs, by their kind."""

from __future__ import annotations

from collections.abc import Mapping

from signkit.web.api.jobs import Worker
from signkit.web.office.mail import MAIL_WORKERS
from signkit.web.office.notices import NOTICE_WORKERS
from signkit.web.office.reminders import REMINDER_WORKERS

OFFICE_WORKERS: Mapping[str, Worker] = {**MAIL_WORKERS, **NOTICE_WORKERS, **REMINDER_WORKERS}
#: What of it waits for a mail server.
OUTWARD_MAILS = (*MAIL_WORKERS, *NOTICE_WORKERS)
