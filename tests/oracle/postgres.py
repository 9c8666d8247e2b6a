"""A real PostgreSQL for a test: a new cluster in a temporary folder, reached by a socket in it and by nothing else."""
import glob
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

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
        command = [*self.as_user, program("initdb"), "-D", self.data, "-U", "shop", "-A", "scram-sha-256", "--pwfile", self.folder / "password",
                   "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        self.start()

    def start(self):
        # It ends with the tests, however those end.
        command = ["setpriv", "--pdeathsig", "QUIT", *self.as_user[1:], program("postgres"), "-D", self.data, "-k", self.folder,
                   "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=30"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)
        for _ in range(600):
            try:
                return self.connect().close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
        raise AssertionError("PostgreSQL does not come up:\n" + (self.folder / "log").read_text())

    def stop(self):
        """At once, as when the machine fails."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=30)

    def close(self):
        try:
            if self.process.poll() is None:
                self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def where(self, database="postgres", password=PASSWORD):
        return f"host={self.folder} user=shop password={password} dbname={database}"

    def connect(self, database="postgres"):
        return psycopg.connect(self.where(database), autocommit=True)
