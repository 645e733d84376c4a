"""The disk after a power loss: only what was fsynced, kept beside the real one by power_loss.c."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("power_loss.c")


@dataclass(frozen=True)
class Shadow:
    folder: Path
    watched: Path
    library: Path

    @classmethod
    def over(cls, watched: Path, folder: Path) -> Shadow:
        """What stands under `watched` now counts as written long ago."""
        folder.mkdir()
        shadow = cls(folder, watched, compiled(folder / "power_loss.so"))
        for path in (watched, *watched.rglob("*")):
            shadow._keep(path)
        return shadow

    def _keep(self, path: Path) -> None:
        if path.is_dir():
            names = [f"{'fd'[p.is_dir()]} {p.stat().st_ino} {p.name}\n" for p in path.iterdir()]
            (self.folder / f"names-{path.stat().st_ino}").write_text("".join(names), "utf-8")
        else:
            shutil.copyfile(path, self.folder / f"bytes-{path.stat().st_ino}")

    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self.library),
            "QCY_WATCHED": str(self.watched),
            "QCY_SHADOW": str(self.folder),
        }

    def restore(self, into: Path, number: int | None = None) -> None:
        """The folder as the next start finds it. A name without bytes is an empty file."""
        into.mkdir()
        names = self.folder / f"names-{number or self.watched.stat().st_ino}"
        for line in names.read_text("utf-8").splitlines() if names.exists() else ():
            kind, inode, name = line.split(" ", 2)
            if kind == "d":
                self.restore(into / name, int(inode))
            elif (kept := self.folder / f"bytes-{inode}").exists():
                shutil.copyfile(kept, into / name)
            else:
                (into / name).touch()


def compiled(library: Path) -> Path:
    compiler = shutil.which("gcc")
    assert compiler, "gcc is missing, the power loss cannot be played: run `make system` as root"
    flags = ("-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library
