"""Who judges the files of batches: this machine's workers, or a Dask cluster that the operator names.

The cluster is connected to when it is first needed, and anew after it was lost; while it is away, files wait.
"""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as NotInTime
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from signkit.errors import SignKitError
from signkit.reporting.cluster import dask_executor
from signkit.words import Text
from signkit.workers import WorkerLost

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from signkit.validation.options import ValidationOptions

#: Longer than a file may be worked on, and others before it.
_SECONDS = 600.0


class EngineAway(Exception):
    """The cluster does not do its work now; nothing is wrong with the file."""


class Engine:
    """A Dask cluster.

    Args:
        address: ``dask://HOST:PORT`` of its scheduler.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._executor: Executor | None = None

    def judge(self, data: bytes, name: str, options: ValidationOptions) -> dict[str, Any]:
        """Judge a file on the cluster and return the report's JSON.

        Raises:
            EngineAway: no worker of the cluster took it to its end, for no reason of the file's.
            WorkerLost: it cost the cluster several workers.
        """
        from signkit.validation.api import validate_data

        executor = self._connected()
        try:
            # By a URL's name no content of a detached signature is looked for in any folder.
            report = executor.submit(validate_data, data, f"memory://{name}", options).result(_SECONDS)
        except SignKitError:
            raise
        except (CancelledError, NotInTime, OSError, RuntimeError) as error:
            self._disconnect(executor)
            raise EngineAway(type(error).__name__) from error
        except Exception as error:  # Dask's own: KilledWorker
            if type(error).__name__ != "KilledWorker":
                raise
            raise WorkerLost("died", "KilledWorker") from error
        shown: dict[str, Any] = report.with_name(name).to_json()
        return shown

    def close(self) -> None:
        """Let go of the cluster."""
        with self._lock:
            self._executor = None
            self._open.close()

    def _connected(self) -> Executor:
        with self._lock:
            if self._executor is None:
                try:
                    self._executor, _ = self._open.enter_context(dask_executor(self._address))
                except SignKitError as error:
                    raise EngineAway(error.message("en")) from error
            return self._executor

    def _disconnect(self, executor: Executor) -> None:
        with self._lock:
            if self._executor is executor:  # else another thread did, and there may be a new one
                self._executor = None
                self._open.close()


AWAY = Text("the cluster that judges batches does not answer", "バッチを検証するクラスターが応答しません")
