from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Stops keeping an upload once it is larger than any field allows; the page then says so."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.QCY_UPLOAD_MOST_BYTES:
            assert self.request is not None
            self.request.upload_stopped_at = self.received  # type: ignore[attr-defined]
            raise StopUpload(connection_reset=False)  # read the rest and drop it: the answer gets through
        super().receive_data_chunk(raw_data, start)
