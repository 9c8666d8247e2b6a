"""Where the project's parts lie, and how its command is run."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND = pathlib.Path(os.environ.get("PR_TEST_COMMAND", ROOT / "build/native/pocketrec"))
NOW = 1746057600  # 2025-05-01, the day after the synthetic logs end


def run(*arguments, status=0, **environment):
    """Run `pocketrec ARGUMENTS`; its exit status must be `status`. Returns the finished process."""
    assert COMMAND.exists(), f"{COMMAND} is not built; run ./dev build first"
    done = subprocess.run([str(COMMAND), *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, **{key: str(value) for key, value in environment.items()}})
    assert done.returncode == status, f"exit {done.returncode}, expected {status}:\n{done.stdout}\n{done.stderr}"
    return done
