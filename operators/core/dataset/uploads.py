"""An output file that is written here, and sent to its store only when it is whole."""

import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from .remote import Store
from .targets import Target, stopped, unwritable


class Upload(Target):
    """A local temporary file that is sent to a name beside its place, and moved there at the end.

    The move is as whole as the store makes it: most copy within the store, and show the copy when it is complete.

    Args:
        store: where the file is to stand.

    Raises:
        InvalidInput: nothing can be written there.
    """

    def __init__(self, store: Store) -> None:
        if store.is_web:
            raise unwritable(store, "since the web is only read", "name a file or another store")
        with store.asking():
            if store.files.isdir(store.path):
                raise unwritable(store, "it is a folder", "name a file in it")
        self._store = store
        self._folder = Path(mkdtemp(prefix="upload-"))
        super().__init__(self._folder / "whole")

    def commit(self) -> None:
        """Send the finished file, and put it in the place of whatever stands there."""
        files, path = self._store.files, self._store.path
        beside = f"{path.rpartition('/')[0]}/.{secrets.token_hex(8)}.partial"
        try:
            files.put_file(str(self.temporary), beside)
            files.mv(beside, path)
        except (OSError, NotImplementedError) as error:
            with suppress(OSError, NotImplementedError):
                files.rm_file(beside)
            raise stopped(self._store, error) from error
        self.abort()

    def abort(self) -> None:
        """Remove the temporary file; the place keeps what it had."""
        super().abort()
        shutil.rmtree(self._folder, ignore_errors=True)
