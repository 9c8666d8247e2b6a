"""A real PostgreSQL for a test: a new cluster in a temporary folder, reached by a socket in it and by nothing else."""
import glob
import os
import pathlib
import shutil
import subprocess
import tempfile

import psycopg

PASSWORD = "grey-heron-0481"


def program(name):
    """Debian keeps the programs of each version in a folder of its own."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4])) or [shutil.which(name)]
    assert found[-1], f"PostgreSQL is not installed: there is no {name} below /usr/lib/postgresql; install the package postgresql"
    return found[-1]


class Server:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pr-pg-", dir="/tmp"))  # a socket's path may have 107 bytes
        self.data = self.folder / "data"
        (self.folder / "password").write_text(PASSWORD)
        # The server refuses to run as root.
        self.as_user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.getuid() == 0 else []
        if self.as_user:
            subprocess.run(["chown", "-R", "postgres", self.folder], check=True)
            self.folder.chmod(0o755)
        self.call("initdb", "-D", self.data, "-U", "shop", "-A", "scram-sha-256", "--pwfile", self.folder / "password", "-E", "UTF8",
                  "--locale", "C.UTF-8", "--no-sync")
        self.start()

    def call(self, name, *arguments):
        done = subprocess.run([*self.as_user, program(name), *map(str, arguments)], capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self):
        # Its output goes to a file: a pipe would be held open by the server.
        command = [*self.as_user, program("pg_ctl"), "-D", self.data, "-w", "-l", self.folder / "log", "-o",
                   f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=30", "start"]
        with open(self.folder / "start", "wb") as out:
            done = subprocess.run([str(part) for part in command], stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=self.folder)
        assert done.returncode == 0, (self.folder / "start").read_text() + (self.folder / "log").read_text()

    def stop(self, mode="immediate"):
        self.call("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def where(self, database="postgres", password=PASSWORD):
        return f"host={self.folder} user=shop password={password} dbname={database}"

    def connect(self, database="postgres"):
        return psycopg.connect(self.where(database), autocommit=True)
